-- A device rings: the offer now has its whole ring time.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, interaction, number, agent
-- RETURNS {"delivered"} | {"delivered_before"} | {"late"} | {"unknown"}
-- EVENTS  none
--- include("interaction")
begin(ARGV[1])
local x = interaction(ARGV[2])
local n = tonumber(ARGV[3])
if not x or n < 1 or n > x.offers then return {'unknown'} end
for i = 1, #x.live do
  local o = x.live[i]
  if o.n == n then
    if o.agent ~= ARGV[4] then return {'unknown'} end
    if o.delivered then return {'delivered_before'} end
    o.delivered = true
    change(x)
    write_interactions()
    store.write()
    return {'delivered'}
  end
end
return {'late'}
