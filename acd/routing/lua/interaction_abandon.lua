-- The contact leaves: what never was accepted is abandoned; what is open ends as handled.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction
-- RETURNS {due, "ended", outcome} | {0, "ended_before", outcome} | {0, "unknown"}
-- EVENTS  offer.withdrawn*, transfer.returned?, guest.left*, interaction.ended, wrap_up.started?, agent.removed?,
--         offer.made*
--- include("callback")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('abandon', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  if not x then return {0, 'unknown'} end
  if x.state == 'ended' then return {0, 'ended_before', x.outcome} end
  local back = callback.pending(x)
  if back then x.accepted = 0 end
  local outcome = not back and times.served(x) and 'handled' or 'abandoned'
  finish(x, outcome, 'contact', true)
  return {commit(), 'ended', outcome}
end, true)
