-- The owner hands an interaction on to an agent, who is asked as by an offer; the owner keeps it until that one accepts.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent, target, wait (1 = for a target who is full until they have room)
-- RETURNS {due, "offered"} | {due, "waits"} | {0, "unknown"} | {0, "not_owner"} | {0, "ended"} | {0, "not_active"} | {0, "transferring"}
--         | {0, "there"} | {0, "guest"} | {0, "unknown_agent"} | {0, "other_channel"} | {0, "not_here"} | {0, "full"}
--         | {0, "overloaded"}
-- EVENTS  transfer.started, offer.made, wrap_up.ended?
--- include("transferring")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('transfer', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  local refused = sharing.not_owned(x, ARGV[5])
  if refused then return {0, refused} end
  if kept(x, 'transfer') then return {0, 'transferring'} end
  local a = agent(ARGV[6])
  refused = sharing.refusal(a, channel_of(x.queue))
  local role = a and sharing.role(x, a.id)
  if role == 'owner' then refused = 'there' elseif role == 'guest' or role == 'consult' then refused = 'guest' end
  local waits = refused == 'full' and ARGV[7] == '1'
  if refused and not waits then return {0, refused} end
  sharing.transfer(x, a, waits)
  return {commit(), waits and 'waits' or 'offered'}
end)
