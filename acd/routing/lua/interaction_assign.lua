-- A supervisor gives an interaction to an agent, wherever it is; capacity may be exceeded, which is said.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent, by
-- RETURNS {due, "assigned"} | {0, "unknown"} | {0, "ended"} | {0, "connecting"} | {0, "there"} | {0, "unknown_agent"}
--         | {0, "not_here"} | {0, "unknown_queue"} | {0, "overloaded"}
-- EVENTS  offer.withdrawn*, transfer.returned?, guest.left?, wrap_up.ended?, transfer.completed?, wrap_up.started?,
--         interaction.assigned, capacity.over?, offer.made*
--- include("taking")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('assign', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  if not x then return {0, 'unknown'} end
  if x.state == 'ended' or x.state == 'connecting' then return {0, x.state} end
  local a = agent(ARGV[5])
  local refused = sharing.absent(a, channel_of(x.queue))
  if refused then return {0, refused} end
  if not queue(x.queue) then return {0, 'unknown_queue'} end
  if sharing.role(x, a.id) == 'owner' and x.state == 'active' then return {0, 'there'} end
  sharing.take(x, a, 'assigned', ARGV[6])
  return {commit(), 'assigned'}
end)
