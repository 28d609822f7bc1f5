-- A supervisor moves what waits, rings or is parked to another queue of the same channel; its age is kept.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, queue, by
-- RETURNS {due, "moved"} | {0, "there"} | {0, "late", state} | {0, "unknown"} | {0, "unknown_queue"} | {0, "wrong_channel"}
-- EVENTS  offer.withdrawn*, interaction.moved, offer.made*
--- include("moving")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x, to = interaction(ARGV[3]), ARGV[4]
if not x then return {0, 'unknown'} end
local q = queue(to)
if not q or q.state == 'closing' then return {0, 'unknown_queue'} end
if q.channel ~= channel_of(x.queue) then return {0, 'wrong_channel'} end
if x.queue == to then return {0, 'there'} end
if x.state ~= 'waiting' and x.state ~= 'ringing' and x.state ~= 'parked' then return {0, 'late', x.state} end
moving.to(x, to, 'moved', ARGV[5])
return {commit(), 'moved'}
