-- An agent: loaded once a script, changed in memory, its indexes and hash written once.
--- include("events")
--- include("limits")
--- include("order")
--- include("requirement")
local agents, touched = {}, {}
throw_away[#throw_away + 1] = function() agents, touched = {}, {} end
local settling = {} -- what is said once the slots of a script are settled; its `finish` is in presence.lua
local CAPACITY = '^(%d+);(%d+),(%d+),(%d);(%d+),(%d+),(%d);(%d+),(%d+),(%d)(.*)$'

-- The agent's pools: per channel a list of {id, order, priority, rank, queue}, with the inputs on which any order in
-- it depends. As text a list is `pool|order|priority|rank;…`, and the channels are parted by a newline. `line` and
-- `short` name their counters in `lines`, those of a channel after the first `before[channel]`.
local NO_RANK = 1000000
local lists_of = remember(function(packed)
  local lists = {channels = {}, line = {}, short = {}, before = {}}
  for text in string.gmatch(packed .. '\n', '([^\n]*)\n') do
    local list = {}
    lists.before[#lists + 1] = #lists.line
    for id, o, priority, rank in string.gmatch(text, '([^|;]+)|([^|]*)|(%d+)|(%d*);') do
      o = order(o)
      list[#list + 1] = {id, o, tonumber(priority), tonumber(rank) or NO_RANK, queue_of(id)}
      lists.line[#lists.line + 1], lists.short[#lists.short + 1] = id, '~' .. id
      list.idle, list.last, list.running = list.idle or o.idle, list.last or o.last, list.running or o.running
    end
    lists[#lists + 1] = list
    if list[1] then lists.channels[#lists.channels + 1] = #lists end
  end
  return lists
end, 5000)

local skills_of = remember(function(text) return cjson.decode(text) end, 5000)

-- Compile an agent's memberships with their queues' orders and the pools whose requirements their skills meet, and
-- the agent's own times, which are the longest of their queues'. Done again at the agent's first change after any
-- queue changed its order, or a pool came or went.
local function compile(a)
  local v = call('HMGET', key('agent', a.id), 'memberships', 'skills')
  local memberships, skills = v[1], skills_of(v[2])
  local lists = {{}, {}, {}}
  a.grace_ms, a.chat_grace_ms, a.lease_ms = 20000, 60000, 15000
  local first = true
  for id, priority, rank in string.gmatch(memberships, '([^|;]+)|(%d+)|(%d*);') do
    local q = queue(id)
    if q and q.state ~= 'closing' then
      local list = lists[q.channel]
      local place = '|' .. q.order .. '|' .. priority .. '|' .. rank .. ';'
      list[#list + 1] = id .. place
      for i = 1, #q.pools do
        local name = q.pools[i].name
        if requirement.met(requirement.of(name), skills) then list[#list + 1] = name .. place end
      end
      if first then a.grace_ms, a.chat_grace_ms, a.lease_ms, first = q.grace_ms, q.chat_grace_ms, q.lease_ms, false end
      a.grace_ms, a.lease_ms = math.max(a.grace_ms, q.grace_ms), math.max(a.lease_ms, q.lease_ms)
      a.chat_grace_ms = math.max(a.chat_grace_ms, q.chat_grace_ms)
    end
  end
  a.packed = table.concat(lists[1]) .. '\n' .. table.concat(lists[2]) .. '\n' .. table.concat(lists[3])
  a.lists = lists_of(a.packed)
  a.config, a.compiled, a.dirty = config, true, true
end

local function touch(a)
  if not a.touched then
    a.touched = true
    touched[#touched + 1] = a
  end
  a.dirty = true
end

local function has_room(a, channel)
  local n, c = a.n, a.capacity
  if n[channel] >= c.max[channel] then return false end
  if c.interrupts[channel] then return true end
  local w = c.weight
  return n[1] * w[1] + n[2] * w[2] + n[3] * w[3] + w[channel] <= c.total
end

local function eligible(a, channel)
  if byte(a.presence, channel) ~= 97 or a.grace ~= '' or a.gone then return false end
  return has_room(a, channel)
end

local capacity_of = remember(function(text)
  local total, w1, m1, i1, w2, m2, i2, w3, m3, i3, phone = string.match(text, CAPACITY)
  return {total = tonumber(total), weight = {tonumber(w1), tonumber(w2), tonumber(w3)},
    max = {tonumber(m1), tonumber(m2), tonumber(m3)}, interrupts = {i1 == '1', i2 == '1', i3 == '1'},
    phone = phone == ';phone'}
end, 5000)

local desk = {}
do
  -- One packed string, `live`, holds what changes with the agent's work and what decides whether they are asked; `held` is
  -- `;id;id;…` of the interactions that hold one of their slots, in the order in which they came; `over` is the human act
  -- by which more is held than the capacity allows, or ''.
  local LIVE = '>ssssssI4I4I4I8I8I8i8BI2I2I2I2I2I2'

  function desk.of(id, capacity, pools, held, presence, grace, over, n1, n2, n3, idle, last, address_seq, compiled_at, gone,
    m1, m2, m3, f1, f2, f3)
    return {id = id, presence = presence, grace = grace, n = {n1, n2, n3}, idle = idle, last = last,
      address_seq = address_seq, config = compiled_at, gone = gone == 1, missed = {m1, m2, m3}, failed = {f1, f2, f3},
      room = capacity, capacity = capacity_of(capacity), packed = pools, lists = lists_of(pools), held = held,
      over = over, was = false, touched = false, dirty = false, idled = false, turned = false, counted = false, text = false}
  end

  function desk.text(a)
    local n, missed, failed = a.n, a.missed, a.failed
    return record(LIVE, a.room, a.packed, a.held, a.presence, a.grace, a.over, n[1], n[2], n[3], a.idle, a.last, a.address_seq,
      a.config, a.gone and 1 or 0, missed[1], missed[2], missed[3], failed[1], failed[2], failed[3])
  end

  function desk.from(id, text) return desk.of(id, fields(LIVE, text)) end

  -- As it is stored, for those who only look.
  function desk.look(id)
    local text = store.get(key('live', id))
    return text and desk.from(id, text)
  end

  -- The ids of the interactions that hold one of the agent's slots.
  function desk.held(a)
    local ids = {}
    for id in string.gmatch(a.held, '[^;]+') do ids[#ids + 1] = id end
    return ids
  end

  function desk.holds(a, interaction)
    return string.find(a.held, ';' .. interaction .. ';', 1, true) ~= nil
  end
end

local function agent(id)
  local a = agents[id]
  if a ~= nil then return a end
  local name = key('live', id)
  local text = store.get(name)
  a, unclean = text and store.recall(name, text), true
  if a then
    a.touched, a.dirty, a.compiled, a.grace_ms, a.chat_grace_ms, a.lease_ms = false, false, false, nil, nil, nil
  else
    a = text and desk.from(id, text)
    if not a then
      agents[id] = false
      return false
    end
    local was, channels = {}, a.lists.channels
    for i = 1, #channels do was[channels[i]] = eligible(a, channels[i]) end
    a.was, a.text = was, text
  end
  agents[id] = a
  if a.config ~= config then
    compile(a)
    touch(a)
  end
  return a
end

-- Bring the free indexes up to what the agent is now; touches only the pools an input matters to.
local function index(a)
  local channels = a.lists.channels
  for c = 1, #channels do
    local channel = channels[c]
    local list = a.lists[channel]
    local is, was = eligible(a, channel), a.was[channel]
    if is then
      local fresh, counted = not was, a.counted == channel or a.counted == 0
      if fresh or (a.idled and list.idle) or (a.turned and list.last) or (counted and list.running) then
        local before, score -- pools of one queue stand together and rank alike
        for i = 1, #list do
          local p = list[i]
          local o = p[2]
          if fresh or (a.idled and o.idle) or (a.turned and o.last) or (counted and o.running) then
            if p[5] ~= before then before, score = p[5], rank_score(o, a, channel, p[3]) end
            call('ZADD', key('free', p[1]), score, a.id)
          end
        end
      end
    elseif was then
      for i = 1, #list do call('ZREM', key('free', list[i][1]), a.id) end
    end
    a.was[channel] = is
  end
  a.idled, a.turned, a.counted = false, false, false
end

-- Before anyone is picked from an index, the changes of this script must be in it.
local function index_all()
  for i = 1, #touched do index(touched[i]) end
end

-- Before those who are eligible are counted for this agent's offer; their own index is written once, at the end.
local function index_others(a)
  for i = 1, #touched do
    if touched[i] ~= a then index(touched[i]) end
  end
end

-- counted: the channel whose running count changed since the agent was indexed; 0: more than one.
local function recount(a, channel)
  if not a.counted then a.counted = channel
  elseif a.counted ~= channel then a.counted = 0 end
end

local function hold(a, channel, interaction)
  a.n[channel] = a.n[channel] + 1
  recount(a, channel)
  a.held = (a.held == '' and ';' or a.held) .. interaction .. ';'
  touch(a)
end

-- For an offer: the agent was asked last.
local function reserve(a, channel, interaction)
  turn = turn + 1
  a.last, a.turned = turn, true
  hold(a, channel, interaction)
end

-- worked: an interaction ended here, so the agent is idle since now; a ring that ended moves nothing.
local function release(a, channel, interaction, worked)
  a.n[channel] = a.n[channel] - 1
  recount(a, channel)
  if worked then a.idle, a.idled = now, true end
  local from, to = string.find(a.held, ';' .. interaction .. ';', 1, true)
  if from then a.held = #a.held == to - from + 1 and '' or string.sub(a.held, 1, from) .. string.sub(a.held, to + 1) end
  touch(a)
end

local function set_here(a, channel, present)
  local list = a.lists[channel]
  for i = 1, #list do
    local p = list[i]
    if present then call('ZADD', key('here', p[1]), 0, a.id)
    elseif call('ZREM', key('here', p[1]), a.id) == 1 and p[1] == p[5] then limits.left(p[5]) end
  end
end

-- Into the indexes of some of their pools, of which they may be told nothing yet.
local function renew(a, channel, of_these)
  local list = a.lists[channel]
  -- who is eligible only since this script is indexed in all pools at its end
  local free = a.was[channel] and eligible(a, channel)
  for i = 1, #list do
    local p = list[i]
    if of_these(p) and byte(a.presence, channel) == 97 then
      call('ZADD', key('here', p[1]), 0, a.id)
      if free then call('ZADD', key('free', p[1]), rank_score(p[2], a, channel, p[3]), a.id) end
    end
  end
end

-- A pool came or went: those whom this script has in its hands know at once, the others at their next change.
local function recompile_all()
  for _, a in pairs(agents) do
    if a then
      compile(a)
      touch(a)
    end
  end
end

local function about(a)
  return ',"agent":"' .. a.id .. '"'
end

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
