-- What the directory says of an agent. An older version is refused; lower capacity takes nothing away.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agent, version, capacity, memberships, skills
-- RETURNS {due, "configured"} | {0, "unchanged"} | {0, "stale"}
-- EVENTS  agent.configured, capacity.over?, capacity.within?, presence.grace?, offer.made*
--- include("presence")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local id, version, capacity, memberships, skills = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
local hash = key('agent', id)
local old = call('HMGET', hash, 'version', 'capacity', 'memberships', 'skills')
if old[1] then
  if version < tonumber(old[1]) then return {0, 'stale'} end
  if old[2] == capacity and old[3] == memberships and old[4] == skills and not desk.look(id).gone then
    call('HSET', hash, 'version', version)
    return {0, 'unchanged'}
  end
else
  call('HSET', hash, 'presence_seq', 0, 'reason1', '', 'reason2', '', 'reason3', '', 'lapsed', 0, 'before', '', 'skills', '{}')
  agents[id] = desk.of(id, capacity, '\n\n', '', 'ooo', '', '', 0, 0, 0, now, 0, 0, config, 0, 0, 0, 0, 0, 0, 0)
end
call('ZADD', key('agents'), 0, id)
call('HSET', hash, 'version', version)
local a = agent(id)
if old[1] and not a.gone then requirement.count(old[3], skills_of(old[4]), -1) end
requirement.count(memberships, skills_of(skills), 1)
a.gone = false
-- out of the pools of old, into those of now
for channel = 1, 3 do
  local list = a.lists[channel]
  for i = 1, #list do
    local p = list[i]
    call('ZREM', key('free', p[1]), id)
    if call('ZREM', key('here', p[1]), id) == 1 and p[1] == p[5] then limits.left(p[5]) end
  end
end
call('HSET', hash, 'capacity', capacity, 'memberships', memberships, 'skills', skills)
local phone = a.capacity.phone
a.room, a.capacity = capacity, capacity_of(capacity)
compile(a)
a.was = {}
touch(a)
for channel = 1, 3 do
  if desk.available(a.presence, channel) then
    set_here(a, channel, true)
    look_again(a, channel, '')
  end
end
emit('agent.configured', about(a), '{"version":' .. version .. '}', a)
settling.exceed(a, 'configured')
if phone and not a.capacity.phone and not call('ZSCORE', key('leases'), 'a|' .. id) then lapse(a) end
free_agent(a)
return {commit(), 'configured'}
