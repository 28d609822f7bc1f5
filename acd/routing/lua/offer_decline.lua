-- Decline an offer: not asked again for this interaction for a while; the next agent rings at once.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent, reason
-- RETURNS {due, "declined"} | {0, "late", outcome} | {0, "unknown"}
-- EVENTS  offer.declined, interaction.requeued?, interaction.relaxed?, interaction.parked?, transfer.returned?,
--         offer.made*
--- include("drain")
--- include("late")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
local n = tonumber(ARGV[4])
if not x then return {0, 'unknown'} end
local at = find_offer(x, n)
if not at then
  local past = past_of(x, n)
  if not past then return {0, 'unknown'} end
  return {0, 'late', past}
end
if x.live[at].agent ~= ARGV[5] then return {0, 'unknown'} end
local o, a = drop_offer(x, at, 'd')
local q = queue(x.queue)
exclude(x, a.id, now + q.decline_ms, 'd')
a.failed[q.channel] = 0 -- who declines was reached
emit('offer.declined', describe(x, o.n, a.id), '{"reason":' .. quoted(ARGV[6]) .. '}', a)
ring_goes_on(x, 'declined')
return {commit(), 'declined'}
