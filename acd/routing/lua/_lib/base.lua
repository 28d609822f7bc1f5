-- The ground every verb stands on: the tenant's keys, the clock, the timers.
-- KEYS[1] is the tenant's prefix and carries its hash tag; every other key is built here from it.
-- The library stays loaded between calls: whatever a verb leaves behind is forgotten by `open`.
local call, P
local SHIFT = 4398046511104 -- 2^42: score = coarse * 2^42 + fine, exact in a double while coarse < 2048
local NAMES = {'chat', 'call', 'ticket'}
local OUTAGE_MS = 5000

local now, now_text, generation, seq, turn, config, gap_from, gap_to
local fresh_generation -- it has never been written
local due -- the earliest timer this script set: the caller's timer loop need not sleep past it

-- Several values in one field: a field costs the script as much as a dozen values in one.
-- (While a library loads there is no `cmsgpack` and no `string`; they are bound by the first `open`.)
local pack, unpacked, byte, format

local forget = {} -- what each part does before a verb runs
local function open(prefix)
  if not call then
    call, pack, unpacked, byte, format = redis.call, cmsgpack.pack, cmsgpack.unpack, string.byte, string.format
  end
  P, due = prefix, 0
  for i = 1, #forget do forget[i]() end
end

local function key(kind, id)
  if id then return P .. kind .. ':' .. id end
  return P .. kind
end

local function write_meta()
  local clock = pack(now, seq, turn, config, gap_from, gap_to)
  if fresh_generation then call('HSET', key('meta'), 'clock', clock, 'generation', generation)
  else call('HSET', key('meta'), 'clock', clock) end
end

local function meta_of(clock)
  if clock then return unpacked(clock) end
  return nil, 0, 0, 0, nil, nil
end

-- Time never runs back. A gap between two scripts longer than OUTAGE_MS is an outage: it is noted, and
-- timers_run is lenient with whatever fell due in it.
local function begin(asked)
  local m = call('HMGET', key('meta'), 'clock', 'generation')
  if asked == '0' then
    local t = call('TIME')
    now = t[1] * 1000 + math.floor(t[2] / 1000)
  else now = tonumber(asked) end
  local last
  last, seq, turn, config, gap_from, gap_to = meta_of(m[1])
  generation, fresh_generation = m[2] or '1', not m[2]
  if last and now < last then now = last end
  if last and now - last > OUTAGE_MS then
    gap_from, gap_to = gap_from or last, now
    write_meta()
  end
  now_text = format('%d', now)
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

-- A whole number as text, exact up to 2^53; `..` would keep 14 digits and cost five times as much.
local function digits(n)
  return format('%d', n)
end

local function timer(member, at)
  call('ZADD', key('timers'), at, member)
  if due == 0 or at < due then due = at end
end

local function untimer(member)
  call('ZREM', key('timers'), member)
end
