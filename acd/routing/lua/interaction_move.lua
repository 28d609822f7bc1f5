-- A supervisor moves what waits, rings or is parked to another queue of the same channel; its age is kept.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, queue, by
-- RETURNS {due, "moved"} | {0, "there"} | {0, "late", state} | {0, "unknown"} | {0, "unknown_queue"} | {0, "wrong_channel"}
--         | {0, "overloaded"}
-- EVENTS  offer.withdrawn*, interaction.moved, offer.made*
--- include("moving")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('move', ARGV[4], ARGV[3], function()
  local x, to = interaction(ARGV[4]), ARGV[5]
  if not x then return {0, 'unknown'} end
  local q = queue(to)
  if not q or q.state == 'closing' then return {0, 'unknown_queue'} end
  if q.channel ~= channel_of(x.queue) then return {0, 'wrong_channel'} end
  if x.queue == to then return {0, 'there'} end
  if x.state ~= 'waiting' and x.state ~= 'ringing' and x.state ~= 'parked' then return {0, 'late', x.state} end
  moving.to(x, to, 'moved', ARGV[6])
  return {commit(), 'moved'}
end)
