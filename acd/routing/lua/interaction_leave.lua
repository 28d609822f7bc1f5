-- A guest leaves, or the owner ends a consultation. guest: empty for whoever is consulted.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, guest, owner (empty: the guest leaves by themselves)
-- RETURNS {due, "left"} | {0, "unknown"} | {0, "not_owner"} | {0, "ended"} | {0, "not_active"} | {0, "not_guest"}
-- EVENTS  guest.left, offer.made*
--- include("sharing")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('leave', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  if not x then return {0, 'unknown'} end
  local id, owner = ARGV[5], ARGV[6]
  local refused = owner ~= '' and sharing.not_owned(x, owner)
  if refused then return {0, refused} end
  if id == '' then id = sharing.consulted(x) or '' end
  local role = sharing.role(x, id)
  if role ~= 'guest' and role ~= 'consult' then return {0, 'not_guest'} end
  sharing.leave(x, agent(id), owner ~= '' and 'cancelled' or 'left')
  return {commit(), 'left'}
end, true)
