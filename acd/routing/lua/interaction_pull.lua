-- A member picks an interaction from the line, where the queue's rule allows it; capacity may be exceeded, which is said.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent
-- RETURNS {due, "pulled"} | {0, "unknown"} | {0, "late", state} | {0, "not_allowed"} | {0, "not_member"}
--         | {0, "unknown_agent"} | {0, "not_here"} | {0, "overloaded"}
-- EVENTS  wrap_up.ended?, interaction.assigned, capacity.over?, offer.made*
--- include("taking")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('pull', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  if not x then return {0, 'unknown'} end
  if x.state ~= 'waiting' then return {0, 'late', x.state} end
  local q = queue(x.queue)
  if not q or not q.rules.pull then return {0, 'not_allowed'} end
  local a = agent(ARGV[5])
  local refused = sharing.absent(a, q.channel)
  if refused then return {0, refused} end
  if not string.find(';' .. call('HGET', key('agent', a.id), 'memberships'), ';' .. q.id .. '|', 1, true) then
    return {0, 'not_member'}
  end
  sharing.take(x, a, 'pulled', a.id)
  return {commit(), 'pulled'}
end)
