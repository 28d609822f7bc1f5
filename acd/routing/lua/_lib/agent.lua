-- An agent: loaded once a script, changed in memory, its indexes and hash written once.
--- include("events")
--- include("queue")
--- include("order")
local agents, touched
forget[#forget + 1] = function() agents, touched = {}, {} end
local CAPACITY = '^(%d+);(%d+),(%d+),(%d);(%d+),(%d+),(%d);(%d+),(%d+),(%d)$'

-- Compile an agent's memberships with their queues' orders, and the agent's own times, which are the
-- longest of their queues'. Done again at the agent's first change after any queue changed its order.
-- A list is `flags#pool|order|priority|rank;…`; the flags say on which inputs any order in it depends.
local function compile(a, memberships)
  local lists, flags = {{}, {}, {}}, {'', '', ''}
  a.grace_ms, a.chat_grace_ms, a.lease_ms = 20000, 60000, 15000
  local first = true
  for id, priority, rank in string.gmatch(memberships, '([^|;]+)|(%d+)|(%d*);') do
    local q = queue(id)
    if q and q.state ~= 'closing' then
      local o, list = order(q.order), lists[q.channel]
      list[#list + 1] = id .. '|' .. q.order .. '|' .. priority .. '|' .. rank .. ';'
      flags[q.channel] = flags[q.channel] .. (o.idle and 'i' or '') .. (o.last and 'l' or '') .. (o.running and 'n' or '')
      if first then a.grace_ms, a.chat_grace_ms, a.lease_ms, first = q.grace_ms, q.chat_grace_ms, q.lease_ms, false end
      a.grace_ms, a.lease_ms = math.max(a.grace_ms, q.grace_ms), math.max(a.lease_ms, q.lease_ms)
      a.chat_grace_ms = math.max(a.chat_grace_ms, q.chat_grace_ms)
    end
  end
  for channel = 1, 3 do
    local f = flags[channel]
    f = (string.find(f, 'i', 1, true) and 'i' or '') .. (string.find(f, 'l', 1, true) and 'l' or '')
      .. (string.find(f, 'n', 1, true) and 'n' or '')
    a.packed[channel] = f .. '#' .. table.concat(lists[channel])
  end
  a.pools = {}
  a.config, a.compiled, a.dirty = config, true, true
end

local function touch(a)
  if not a.touched then
    a.touched = true
    touched[#touched + 1] = a
  end
  a.dirty = true
end

local function eligible(a, channel)
  if string.byte(a.presence, channel) ~= 97 or a.grace ~= '' or a.gone then return false end
  if a.n[channel] >= a.max[channel] then return false end
  if a.interrupts[channel] then return true end
  local n, w = a.n, a.weight
  return n[1] * w[1] + n[2] * w[2] + n[3] * w[3] + w[channel] <= a.total
end

local capacity_of = remember(function(text)
  local total, w1, m1, i1, w2, m2, i2, w3, m3, i3 = string.match(text, CAPACITY)
  return {total = tonumber(total), weight = {tonumber(w1), tonumber(w2), tonumber(w3)},
    max = {tonumber(m1), tonumber(m2), tonumber(m3)}, interrupts = {i1 == '1', i2 == '1', i3 == '1'}}
end, 5000)

local function set_capacity(a, packed)
  local c = capacity_of(packed)
  a.total, a.weight, a.max, a.interrupts = c.total, c.weight, c.max, c.interrupts
end

-- A field of the agent's hash to be written with the rest at the end.
local function put(a, field, value)
  local f = a.fields
  f[#f + 1], f[#f + 2] = field, value
end

local function agent(id)
  local a = agents[id]
  if a ~= nil then return a end
  local v = call('HMGET', key('agent', id), 'capacity', 'presence', 'n1', 'n2', 'n3', 'idle', 'last', 'address_seq',
    'grace', 'config', 'pools1', 'pools2', 'pools3', 'gone')
  if not v[1] then
    agents[id] = false
    return false
  end
  a = {id = id, presence = v[2], n = {tonumber(v[3]), tonumber(v[4]), tonumber(v[5])}, idle = tonumber(v[6]),
    last = tonumber(v[7]), address_seq = tonumber(v[8]), grace = v[9], config = tonumber(v[10]),
    packed = {v[11], v[12], v[13]}, pools = {}, gone = v[14] == '1', counted = {}, fields = {}}
  a.presence_before, a.grace_before = a.presence, a.grace
  set_capacity(a, v[1])
  a.was = {eligible(a, 1), eligible(a, 2), eligible(a, 3)}
  agents[id] = a
  if a.config ~= config then
    compile(a, call('HGET', key('agent', id), 'memberships'))
    a.rewrite = true
    touch(a)
  end
  return a
end

local parse_pools = remember(function(packed)
  local list = {}
  for id, o, priority, rank in string.gmatch(packed, '([^|;#]+)|([^|]*)|(%d+)|(%d*);') do
    list[#list + 1] = {id, order(o), tonumber(priority), tonumber(rank) or 1000000}
  end
  return list
end, 5000)

-- The agent's pools on a channel: {id, order, priority, rank}.
local function pools(a, channel)
  local list = a.pools[channel]
  if not list then
    list = parse_pools(a.packed[channel])
    a.pools[channel] = list
  end
  return list
end

local function has_pools(a, channel)
  return string.sub(a.packed[channel], -1) ~= '#'
end

-- Bring the free indexes up to what the agent is now; touches only the pools an input matters to.
local function index(a)
  for channel = 1, 3 do
    local is, was = eligible(a, channel), a.was[channel]
    if is then
      local fresh = a.rewrite or not was
      local counted = a.counted[channel]
      local by_idle, by_last, by_count
      if not fresh then by_idle, by_last, by_count = string.match(a.packed[channel], '^(i?)(l?)(n?)#') end
      if fresh or (a.idled and by_idle ~= '') or (a.turned and by_last ~= '') or (counted and by_count ~= '') then
        local list = pools(a, channel)
        for i = 1, #list do
          local p = list[i]
          local o = p[2]
          if fresh or (a.idled and o.idle) or (a.turned and o.last) or (counted and o.running) then
            call('ZADD', key('free', p[1]), rank_score(o, a, channel, p[3]), a.id)
          end
        end
      end
    elseif was then
      local list = pools(a, channel)
      for i = 1, #list do call('ZREM', key('free', list[i][1]), a.id) end
    end
    a.was[channel] = is
  end
  a.idled, a.turned, a.rewrite, a.counted = false, false, false, {}
end

-- Before anyone is picked from an index, the changes of this script must be in it.
local function index_all()
  for i = 1, #touched do index(touched[i]) end
end

local function reserve(a, channel, interaction)
  turn = turn + 1
  a.n[channel] = a.n[channel] + 1
  a.last, a.turned, a.counted[channel] = turn, true, true
  put(a, 'n' .. channel, a.n[channel])
  put(a, 'last', turn)
  call('SADD', key('held', a.id), interaction)
  touch(a)
end

-- worked: an interaction ended here, so the agent is idle since now; a ring that ended moves nothing.
local function release(a, channel, interaction, worked)
  a.n[channel] = a.n[channel] - 1
  a.counted[channel] = true
  put(a, 'n' .. channel, a.n[channel])
  if worked then
    a.idle, a.idled = now, true
    put(a, 'idle', now)
  end
  call('SREM', key('held', a.id), interaction)
  touch(a)
end

local function set_here(a, channel, present)
  local list = pools(a, channel)
  for i = 1, #list do
    if present then call('ZADD', key('here', list[i][1]), 0, a.id)
    else call('ZREM', key('here', list[i][1]), a.id) end
  end
end

local function about(a)
  return ',"agent":"' .. a.id .. '"'
end

local function over(a)
  local steady = 0
  for channel = 1, 3 do
    if a.n[channel] > a.max[channel] then return true end
    if not a.interrupts[channel] then steady = steady + a.n[channel] * a.weight[channel] end
  end
  return steady > a.total
end

local function write_agents()
  for i = 1, #touched do
    local a = touched[i]
    index(a)
    if a.gone and a.n[1] + a.n[2] + a.n[3] == 0 then
      emit('agent.removed', about(a), '{"version":' .. call('HGET', key('agent', a.id), 'version') .. '}', a)
      call('UNLINK', key('agent', a.id), key('held', a.id), key('sessions', a.id))
      call('ZREM', key('agents'), a.id)
      a.dropped = true
    end
  end
  for id, a in pairs(agents) do
    if a and a.dirty and not a.dropped then
      if a.compiled then
        call('HSET', key('agent', id), 'pools1', a.packed[1], 'pools2', a.packed[2], 'pools3', a.packed[3],
          'config', a.config, 'grace_ms', a.grace_ms, 'chat_grace_ms', a.chat_grace_ms, 'lease_ms', a.lease_ms)
      end
      if a.presence ~= a.presence_before or a.grace ~= a.grace_before then
        put(a, 'presence', a.presence)
        put(a, 'grace', a.grace)
      end
      call('HSET', key('agent', id), 'address_seq', a.address_seq, unpack(a.fields))
    end
  end
end
