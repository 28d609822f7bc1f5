-- A console of the agent is connected and listens: it vouches for them until the lease ends.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agent, session
-- RETURNS {due, "opened", address_seq, lease_until_ms, returned} | {0, "unknown"}
-- EVENTS  presence.changed*, offer.made*
--- include("presence")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local a = agent(ARGV[3])
if not a or a.gone then return {0, 'unknown'} end
local until_ms = now + (a.lease_ms or tonumber(call('HGET', key('agent', a.id), 'lease_ms')))
local sessions = key('sessions', a.id)
call('ZREMRANGEBYSCORE', sessions, '-inf', now)
call('ZADD', sessions, until_ms, ARGV[4])
call('ZADD', key('leases'), until_ms, 'a|' .. a.id)
touch(a)
local back = returned(a)
return {commit(), 'opened', a.address_seq, until_ms, back and 1 or 0}
