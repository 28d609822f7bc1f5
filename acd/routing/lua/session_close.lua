-- A console of the agent is gone; with the last one their grace begins at once.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agent, session
-- RETURNS {due, "closed"} | {due, "last_closed"} | {0, "unknown"}
-- EVENTS  presence.grace?
--- include("presence")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local a = agent(ARGV[3])
if not a or call('ZREM', key('sessions', a.id), ARGV[4]) == 0 then return {0, 'unknown'} end
-- one that fell silent vouches for nobody; in an outage all did
local left = call('ZCOUNT', key('sessions', a.id), '(' .. (gap_from or now), '+inf') > 0
if not left then
  call('UNLINK', key('sessions', a.id))
  call('ZREM', key('leases'), 'a|' .. a.id)
  lapse(a)
end
return {commit(), left and 'closed' or 'last_closed'}
