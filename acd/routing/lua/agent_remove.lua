-- An agent leaves the directory: rings are taken back, chats and tickets return to their lines with their age,
-- calls talk on; with the last slot the agent is gone.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agent, version
-- RETURNS {due, "removed"} | {0, "stale"} | {0, "unknown"} (or removed before)
-- EVENTS  presence.changed, offer.withdrawn*, interaction.requeued*, wrap_up.ended*, agent.removed?, offer.made*
--- include("presence")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local a = agent(ARGV[3])
if not a or a.gone then return {0, 'unknown'} end
local hash = key('agent', a.id)
if tonumber(ARGV[4]) < tonumber(call('HGET', hash, 'version')) then return {0, 'stale'} end
call('HSET', hash, 'version', ARGV[4])
local known = call('HMGET', hash, 'memberships', 'skills')
requirement.count(known[1], skills_of(known[2]), -1)
presence_event(a, nil, 'offline', '', 'removed')
for channel = 1, 3 do
  if letter(a, channel) == 'a' then
    set_here(a, channel, false)
    look_again(a, channel, 0)
  end
end
a.gone, a.presence, a.grace = true, 'ooo', ''
touch(a)
untimer('g|' .. a.id)
call('UNLINK', key('sessions', a.id))
call('ZREM', key('leases'), 'a|' .. a.id)
for _, x in ipairs(held(a)) do
  if x.state == 'ringing' then
    withdraw(x, offer_of(x, a), 'agent_left')
    ring_goes_on(x, 'agent_left')
  elseif x.state == 'ended' then end_wrap_up(x, 'system')
  elseif channel_of(x.queue) ~= 2 then take_back(x, 'agent_left') end
end
return {commit(), 'removed'}
