-- The owner takes back a transfer that was not answered yet.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent
-- RETURNS {due, "cancelled"} | {0, "unknown"} | {0, "not_owner"} | {0, "ended"} | {0, "not_active"}
--         | {0, "not_transferring"}
-- EVENTS  offer.withdrawn?, transfer.returned, offer.made*
--- include("transferring")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('transfer_cancel', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  local refused = sharing.not_owned(x, ARGV[5])
  if refused then return {0, refused} end
  if not kept(x, 'transfer') then return {0, 'not_transferring'} end
  sharing.bring_back(x, 'cancelled')
  return {commit(), 'cancelled'}
end, true)
