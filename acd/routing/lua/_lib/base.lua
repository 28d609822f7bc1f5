-- The ground every verb stands on: the tenant's keys, the clock, the timers.
-- KEYS[1] is the tenant's prefix and carries its hash tag; every other key is built here from it.
-- The library stays loaded between calls: whatever a verb leaves behind is forgotten by `open`.
local call, P
local SHIFT = 4398046511104 -- 2^42: score = coarse * 2^42 + fine, exact in a double while coarse < 2048
local NAMES = {'chat', 'call', 'ticket'}
local OUTAGE_MS = 5000

local now, generation, seq, turn, config, gap_from, gap_to
local meta_before -- what of it need not be written again
local due -- the earliest timer this script set: the caller's timer loop need not sleep past it

local forget = {} -- what each part does before a verb runs
local function open(prefix)
  call, P, due = redis.call, prefix, 0
  for i = 1, #forget do forget[i]() end
end

local function key(kind, id)
  if id then return P .. kind .. ':' .. id end
  return P .. kind
end

-- Time never runs back. A gap between two scripts longer than OUTAGE_MS is an outage: it is noted, and
-- timers_run is lenient with whatever fell due in it.
local function begin(asked)
  local m = call('HMGET', key('meta'), 'now', 'generation', 'seq', 'turn', 'config', 'gap_from', 'gap_to')
  now = tonumber(asked)
  if now == 0 then
    local t = call('TIME')
    now = t[1] * 1000 + math.floor(t[2] / 1000)
  end
  local last = tonumber(m[1])
  if last and now < last then now = last end
  generation, seq = tonumber(m[2]) or 1, tonumber(m[3]) or 0
  turn, config = tonumber(m[4]) or 0, tonumber(m[5]) or 0
  meta_before = {turn, config, m[2]}
  gap_from, gap_to = tonumber(m[6]), tonumber(m[7])
  if last and now - last > OUTAGE_MS then
    gap_from, gap_to = gap_from or last, now
    call('HSET', key('meta'), 'now', now, 'gap_from', gap_from, 'gap_to', gap_to)
  end
end

local function write_meta()
  local m = key('meta')
  if turn == meta_before[1] and config == meta_before[2] and meta_before[3] then call('HSET', m, 'now', now, 'seq', seq)
  else call('HSET', m, 'now', now, 'seq', seq, 'generation', generation, 'turn', turn, 'config', config) end
end

-- What is parsed from a text is kept between calls, by that text. Bounded, since texts come and go.
local function remember(parse, most)
  local known, n = {}, 0
  return function(text)
    local value = known[text]
    if value then return value end
    if n >= most then known, n = {}, 0 end
    value = parse(text)
    known[text], n = value, n + 1
    return value
  end
end

local function timer(member, at)
  call('ZADD', key('timers'), at, member)
  if due == 0 or at < due then due = at end
end

local function untimer(member)
  call('ZREM', key('timers'), member)
end
