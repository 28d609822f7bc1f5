-- The owner brings in a colleague: as a guest, or to consult them and perhaps hand over. They hold a slot at once.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent, target, role (guest or consult)
-- RETURNS {due, "joined"} | {0, "unknown"} | {0, "not_owner"} | {0, "ended"} | {0, "not_active"} | {0, "there"}
--         | {0, "guest"} | {0, "consulting"} | {0, "transferring"} | {0, "too_many"} | {0, "unknown_agent"}
--         | {0, "other_channel"} | {0, "not_here"} | {0, "full"} | {0, "overloaded"}
-- EVENTS  guest.joined, wrap_up.ended?
--- include("sharing")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('invite', ARGV[4], ARGV[3], function()
  local x, role = interaction(ARGV[4]), ARGV[7]
  local refused = sharing.not_owned(x, ARGV[5])
  if refused then return {0, refused} end
  if role == 'consult' and sharing.consulted(x) then return {0, 'consulting'} end
  if #sharing.ids(kept(x, 'guests')) >= 8 then return {0, 'too_many'} end
  local a = agent(ARGV[6])
  refused = sharing.refusal(a, channel_of(x.queue))
  local has = a and sharing.role(x, a.id)
  if has == 'owner' then refused = 'there'
  elseif has == 'offered' then refused = 'transferring'
  elseif has == 'guest' or has == 'consult' then refused = 'guest' end
  if refused then return {0, refused} end
  sharing.part(x, a)
  sharing.join(x, a, role, x.agent)
  return {commit(), 'joined'}
end)
