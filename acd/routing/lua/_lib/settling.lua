-- What a script leaves of its agents: what is said once their slots are settled, their indexes and what is stored of them.
--- include("indexing")
local settling = {} -- its `finish` is in presence.lua

local function over(a)
  local steady, c = 0, a.capacity
  for channel = 1, 3 do
    if a.n[channel] > c.max[channel] then return true end
    if not c.interrupts[channel] then steady = steady + a.n[channel] * c.weight[channel] end
  end
  return steady > c.total
end

-- More is held than allowed, by this human act: said and noted until it is so no longer.
function settling.exceed(a, cause)
  if not over(a) then return end
  a.over = cause
  touch(a)
  emit('capacity.over', about(a), '{"cause":"' .. cause .. '"}', a)
end

-- What the slots of the agents say now that the script is done with them, in the order of their ids.
function settling.settle()
  local some = {}
  for i = 1, #touched do
    local a = touched[i]
    if a.over ~= '' and not over(a) or string.find(a.presence, '[fd]') then some[#some + 1] = a end
  end
  if some[2] then table.sort(some, function(one, other) return one.id < other.id end) end
  for i = 1, #some do
    local a = some[i]
    if a.over ~= '' and not over(a) then
      a.over = ''
      emit('capacity.within', about(a), '{}', a)
    end
    settling.finish(a)
  end
end

local function write_agents()
  settling.settle()
  for i = 1, #touched do
    local a = touched[i]
    index(a)
    if a.gone and a.n[1] + a.n[2] + a.n[3] == 0 then
      emit('agent.removed', about(a), '{"version":' .. call('HGET', key('agent', a.id), 'version') .. '}', a)
      call('UNLINK', key('agent', a.id), key('live', a.id), key('sessions', a.id))
      call('ZREM', key('agents'), a.id)
      a.dropped = true
    end
  end
  touched = cleared(touched)
  local n = 0
  for id, a in next, agents do
    agents[id], n = nil, n + 1
    if a and not a.dropped then
      local name = key('live', id)
      if a.dirty then
        a.text = desk.text(a)
        store.put(name, a.text)
        store.remember(name, a)
      end
      if a.compiled then
        call('HSET', key('agent', id), 'grace_ms', a.grace_ms, 'chat_grace_ms', a.chat_grace_ms, 'lease_ms', a.lease_ms)
      end
    end
  end
  if n > 64 then agents = {} end
end
