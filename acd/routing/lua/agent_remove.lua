-- An agent leaves the directory: rings are taken back, chats and tickets return to their lines with their age,
-- calls talk on; with the last slot the agent is gone.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agent, version
-- RETURNS {due, "removed"} | {0, "stale"} | {0, "unknown"} (or removed before)
-- EVENTS  presence.changed, offer.withdrawn*, interaction.requeued*, interaction.parked*, wrap_up.ended*,
--         transfer.returned*, guest.left*, agent.removed?, offer.made*
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
local before = a.presence
a.gone, a.presence, a.grace = true, 'ooo', ''
touch(a)
for channel = 1, 3 do
  if desk.available(before, channel) then
    set_here(a, channel, false)
    look_again(a, channel, '')
  end
end
untimer('g|' .. a.id)
call('UNLINK', key('sessions', a.id))
call('ZREM', key('leases'), 'a|' .. a.id)
for _, x in ipairs(held(a)) do
  local at, role = offer_of(x, a), sharing.role(x, a.id)
  if at then
    withdraw(x, at, 'agent_left')
    ring_goes_on(x, 'agent_left')
  elseif role == 'guest' or role == 'consult' then sharing.leave(x, a, 'agent_left')
  elseif role == 'wrap_up' then sharing.unwrap(x, a, 'system')
  elseif x.state == 'ended' then end_wrap_up(x, 'system')
  elseif channel_of(x.queue) ~= 2 then take_back(x, 'agent_left') end
end
return {commit(), 'removed'}
