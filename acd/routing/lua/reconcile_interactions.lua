-- What there is of some interactions, as the first events of a new generation; their rings end, for nobody knows who
-- answered meanwhile, and new offers are numbered past all that may have been made.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interactions…
-- RETURNS {due, "restated", number of them}
-- EVENTS  interaction.restored*, transfer.returned*, offer.withdrawn*, offer.failed*, interaction.requeued*,
--         interaction.parked*
--- include("reconciling")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local n = 0
for i = 3, #ARGV do
  local x = interaction(ARGV[i])
  if x and reconcile.restate(x) then n = n + 1 end
end
return {commit(), 'restated', n}
