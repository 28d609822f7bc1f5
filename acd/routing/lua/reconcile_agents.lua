-- What there is of some agents, as the first events of a new generation; their slots are counted anew.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agents…
-- RETURNS {due, "restated", number whose count was corrected}
-- EVENTS  presence.changed*, capacity.over*, presence.grace*
--- include("reconciling")
begin(ARGV[1])
local n = 0
for i = 3, #ARGV do
  local a = agent(ARGV[i])
  if a and reconcile.agent(a) then n = n + 1 end
end
return {commit(), 'restated', n}
