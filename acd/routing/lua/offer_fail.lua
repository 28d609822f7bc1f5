-- The device could not be reached, was busy, or the call did not connect: not counted as a miss. With the cause
-- `media_lost` a call that was active goes back to its line, too: its agent is not heard any more.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent, cause
-- RETURNS {due, "failed"} | {0, "late", outcome} | {0, "unknown"}
-- EVENTS  offer.failed?, interaction.requeued*, interaction.parked*, presence.changed?, offer.withdrawn*,
--         transfer.returned*, guest.left*, agent.removed?, offer.made*
--- include("failing")
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
  local lost = x.state == 'active' and ARGV[6] == 'media_lost'
  if past == 'accepted' and (x.state == 'connecting' or lost) and x.won == n and x.agent == ARGV[5] then
    fail_connecting(x, lost and ARGV[6] or 'connect_failed')
    return {commit(), 'failed'}
  end
  return {0, 'late', past}
end
if x.live[at].agent ~= ARGV[5] then return {0, 'unknown'} end
fail_offer(x, at, ARGV[6])
return {commit(), 'failed'}
