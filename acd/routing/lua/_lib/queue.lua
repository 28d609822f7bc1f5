-- A queue: its compiled settings, its counters, and the scores of its line.
--- include("base")
local LEVEL = 5 -- of most interactions: the middle of 1 to 9
local queues = {}
throw_away[#throw_away + 1] = function() queues = {} end

local flow = {}
do
  -- Settings are one text, in the order of QUEUE_FIELDS in compiled.py.
  -- (While a library loads there is no `string` to build the pattern with.)
  local SETTINGS = '^([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);'
    .. '([^;]*);([^;]*);([^;]*);([^;]*);([^;]*);$'

  local settings_of = remember(function(text)
    local s = {}
    local channel, ring, ring_ms, strict, credit_ms, wrap_up_ms, extend_ms, decline_ms, max_missed, chat_grace_ms,
      contact_grace_ms, lease_ms, grace_ms, delivery_ms, connect_ms
    channel, s.order, s.strategy, ring, ring_ms, strict, credit_ms, wrap_up_ms, extend_ms, decline_ms, max_missed,
      chat_grace_ms, contact_grace_ms, lease_ms, grace_ms, delivery_ms, connect_ms = string.match(text, SETTINGS)
    s.channel, s.ring, s.ring_ms, s.strict = tonumber(channel), tonumber(ring), tonumber(ring_ms), strict == '1'
    s.credit_ms, s.wrap_up_ms, s.extend_ms = tonumber(credit_ms), tonumber(wrap_up_ms), tonumber(extend_ms)
    s.decline_ms, s.max_missed = tonumber(decline_ms), tonumber(max_missed)
    s.chat_grace_ms, s.contact_grace_ms = tonumber(chat_grace_ms), tonumber(contact_grace_ms)
    s.lease_ms, s.grace_ms = tonumber(lease_ms), tonumber(grace_ms)
    s.delivery_ms, s.connect_ms = tonumber(delivery_ms), tonumber(connect_ms)
    s.__index = s
    return s
  end, 5000)

  -- What not every queue has, by the names of `rules` in compiled.py; what is missing is not bounded.
  local rules_of = remember(function(text) return cjson.decode(text) end, 5000)

  -- The pools a queue has besides itself, stored as a list of {pool, ready, used, build}: whether all who are here stand
  -- in its indexes, when it was last required, and the number of its build; found by place and by name.
  local NO_POOLS = {}
  flow.pools = remember(function(text)
    local pools, stored = {}, unpacked(text)
    for i = 1, #stored do
      local s = stored[i]
      local pool = {name = s[1], ready = s[2], used = s[3], build = s[4]}
      pools[i], pools[pool.name] = pool, pool
    end
    return pools
  end, 1000)

  -- One packed string holds what is counted of it and what it is to do; version, index and line, which only its changes
  -- ask for, are a hash.
  local FLOW = '>I4I4dI8dI8I8sssssI4c0'

  function flow.of(id, ringing, active, served, served_ms, left, busy, left_ms, state, version, settings, rules, hours,
    pools)
    return setmetatable({id = id, ringing = ringing, active = active, served = served, served_ms = served_ms,
      left = left, busy = busy, left_ms = left_ms, state = state, hours = hours ~= '' and hours or nil,
      version = version, settings = settings, rules = rules_of(rules), rules_text = rules,
      pools = pools ~= '' and flow.pools(pools) or NO_POOLS, pools_text = pools, dirty = false},
      settings_of(settings))
  end

  function flow.from(id, text) return flow.of(id, fields(FLOW, text)) end

  function flow.text(q)
    return record(FLOW, q.ringing, q.active, q.served, q.served_ms, q.left, q.busy, q.left_ms, q.state, q.version, q.settings,
      q.rules_text, q.hours or '', #q.pools_text, q.pools_text)
  end
end

local function queue(id)
  local q = queues[id]
  if q ~= nil then return q end
  local name = key('flow', id)
  local text = store.get(name)
  q, unclean = text and store.recall(name, text), true
  if q then q.dirty = false
  elseif text then
    q = flow.from(id, text)
    q.text = text
  else q = false end
  queues[id] = q
  return q
end

-- The channel is part of the queue's name, so that it is known even when the queue is gone.
local CHANNEL = {chat = 1, call = 2, ticket = 3}
local channel_of = remember(function(id) return CHANNEL[string.match(id, '/(%l+)')] end, 5000)

-- A pool is its queue narrowed by what it requires, `support/chat[french>=3]`; the bare queue requires nothing.
local function queue_of(pool)
  return string.match(pool, '^[^%[]*')
end

-- All lines of a queue: its own and its pools'.
local function lines_of(q)
  local names = {q.id}
  for i = 1, #q.pools do names[i + 1] = q.pools[i].name end
  return names
end

-- How many stand in its lines, personal ones included (counted under `@@queue`).
local function waiting_in(q)
  local n, names = 0, lines_of(q)
  local counts = call('HMGET', key('lines'), '@@' .. q.id, unpack(names))
  for i = 1, #names + 1 do n = n + (tonumber(counts[i] or 0)) end
  return n
end

-- What compares interactions of different lines.
local function due_of(q, level, enqueued)
  return enqueued + (level - 1) * q.credit_ms
end

local function line_score(q, level, enqueued)
  if q.strict then return level * SHIFT + enqueued end
  return due_of(q, level, enqueued)
end

-- The due time of an entry of a line, from its score alone.
local function due_of_score(q, score)
  if not q.strict then return score end
  local level = math.floor(score / SHIFT)
  return due_of(q, level, score - level * SHIFT)
end

local function count(q, ringing, active)
  q.ringing, q.active, q.dirty = q.ringing + ringing, q.active + active, true
end

-- One was served: a count that fades over ten minutes.
local function count_served(q)
  q.served = q.served * math.exp((q.served_ms - now) / 600000) + 1
  q.served_ms, q.dirty = now, true
end

local write_queues
do
  -- A removed queue goes with the last that is open.
  local function queue_is_over(q)
    -- while it is made sure of, what is open is not counted yet
    return q.state == 'closing' and not reconciling and q.active == 0 and q.ringing == 0 and waiting_in(q) == 0
  end

  function write_queues()
    for id, q in next, queues do
      queues[id] = nil
      if q and q.dirty then
        if queue_is_over(q) then
          call('UNLINK', key('queue', id), key('flow', id), key('personal', id), key('ages', id))
          call('HDEL', key('lines'), '@@' .. id)
          for _, name in ipairs(lines_of(q)) do
            call('UNLINK', key('free', name), key('here', name), key('short', name))
            call('HDEL', key('lines'), name, '~' .. name)
          end
        else
          q.text = flow.text(q)
          store.put(key('flow', id), q.text)
          store.remember(key('flow', id), q)
        end
      elseif q then store.remember(key('flow', id), q) end
    end
  end
end
