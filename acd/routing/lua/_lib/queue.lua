-- A queue: its compiled settings, its counters, and the scores of its line.
--- include("base")
local queues
forget[#forget + 1] = function() queues = {} end

-- Settings are one packed field, in the order of QUEUE_FIELDS in compiled.py; counters are fields.
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

local function queue(id)
  local q = queues[id]
  if q ~= nil then return q end
  local v = call('HMGET', key('queue', id), 'settings', 'state', 'counts', 'version', 'rules')
  if not v[1] then
    queues[id] = false
    return false
  end
  q = setmetatable({id = id, state = v[2], version = v[4], rules = rules_of(v[5])}, settings_of(v[1]))
  q.ringing, q.active, q.served, q.served_ms = unpacked(v[3])
  queues[id] = q
  return q
end

-- The channel is part of the queue's name, so that it is known even when the queue is gone.
local CHANNEL = {chat = 1, call = 2, ticket = 3}
local function channel_of(id)
  return CHANNEL[string.match(id, '/(%l+)')]
end

-- A pool is its queue narrowed by what it requires, `support/chat[french>=3]`; the bare queue requires nothing.
local function queue_of(pool)
  return string.match(pool, '^[^%[]*')
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

-- One was served: a count that fades over ten minutes, from which the line's speed is estimated.
local function count_served(q)
  q.served = q.served * math.exp((q.served_ms - now) / 600000) + 1
  q.served_ms, q.dirty = now, true
end

local function write_queues()
  for id, q in pairs(queues) do
    if q and q.dirty then
      if q.state == 'closing' and q.active == 0 and q.ringing == 0
        and call('EXISTS', key('line', id), key('rescore', id)) == 0 then
        call('UNLINK', key('queue', id), key('free', id), key('here', id), key('short', id))
        call('HDEL', key('lines'), id, '~' .. id)
      else
        call('HSET', key('queue', id), 'counts', pack(q.ringing, q.active, q.served, q.served_ms))
      end
    end
  end
end
