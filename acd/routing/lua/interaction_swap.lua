-- A consultation is completed: owner and guest change places in one step. The owner of before goes to wrap-up, or stays
-- as a guest.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent, stay
-- RETURNS {due, "completed"} | {0, "unknown"} | {0, "not_owner"} | {0, "ended"} | {0, "not_active"}
--         | {0, "not_consulting"} | {0, "overloaded"}
-- EVENTS  transfer.returned?, offer.withdrawn?, guest.left, transfer.completed, interaction.assigned, wrap_up.started?,
--         guest.joined?, offer.made*
--- include("taking")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('swap', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  local refused = sharing.not_owned(x, ARGV[5])
  if refused then return {0, refused} end
  local id = sharing.consulted(x)
  if not id then return {0, 'not_consulting'} end
  sharing.swap(x, agent(id), ARGV[6] == '1')
  return {commit(), 'completed'}
end)
