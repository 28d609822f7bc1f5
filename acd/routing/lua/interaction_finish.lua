-- End an interaction. agent: empty, or who must own it. What nobody accepted ends abandoned (by the contact)
-- or rejected (by the system); a callback whose customer was not reached yet ends unreached.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, by, agent, wrap_up
-- RETURNS {due, "ended", outcome, wrap_up_until_ms or 0} | {0, "ended_before", outcome, 0} | {0, "unknown"}
--         | {0, "not_owner"}
-- EVENTS  offer.withdrawn*, transfer.returned?, guest.left*, interaction.ended, wrap_up.started?, agent.removed?,
--         offer.made*
--- include("callback")
--- include("once")
begin(ARGV[1], key('ix', ARGV[4]), key('live', ARGV[6]))
lot = tonumber(ARGV[2])
return once.run('finish', ARGV[4], ARGV[3], function()
  local by, id = ARGV[5], ARGV[6]
  local x = interaction(ARGV[4])
  if not x then return {0, 'unknown'} end
  if id ~= '' and x.agent ~= id then return {0, 'not_owner'} end
  if x.state == 'ended' then return {0, 'ended_before', x.outcome, 0} end
  if by == 'agent' and x.agent == '' then return {0, 'not_owner'} end
  local back = callback.pending(x)
  if back then x.accepted = 0 end
  local outcome = not back and times.served(x) and 'handled' or by == 'contact' and 'abandoned'
    or back and 'unreached' or 'rejected'
  local until_ms = finish(x, outcome, by, ARGV[7] == '1')
  return {commit(), 'ended', outcome, until_ms or 0}
end, true)
