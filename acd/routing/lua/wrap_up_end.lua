-- The work after the end is done: the slot is free and the next interaction rings.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, agent
-- RETURNS {due, "ended"} | {0, "not_in_wrap_up"} | {0, "unknown"}
-- EVENTS  wrap_up.ended, offer.made*
--- include("ending")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
if x and sharing.role(x, ARGV[4]) == 'wrap_up' then -- they gave it away
  sharing.unwrap(x, agent(ARGV[4]), 'agent')
  return {commit(), 'ended'}
end
if not x or x.agent ~= ARGV[4] then return {0, 'unknown'} end
if x.state ~= 'ended' or x.wrap == 0 then return {0, 'not_in_wrap_up'} end
end_wrap_up(x, 'agent')
return {commit(), 'ended'}
