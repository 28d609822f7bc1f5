-- The contact of a waiting interaction is not there: parked with its place kept; a ring goes on, and so does a callback.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, grace_ms (empty: the queue's)
-- RETURNS {due, "lost"} | {0, state} | {0, "unknown"}
-- EVENTS  interaction.parked?
--- include("callback")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
if not x then return {0, 'unknown'} end
if x.lost > 0 or callback.pending(x) or (x.state ~= 'waiting' and x.state ~= 'ringing') then return {0, x.state} end
set_aside(x, queue(x.queue), tonumber(ARGV[4]))
return {commit(), 'lost'}
