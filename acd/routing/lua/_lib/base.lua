-- The ground every verb stands on: the tenant's keys, the clock, the timers.
-- KEYS[1] is the tenant's prefix and carries its hash tag; every other key is built here from it.
-- The library stays loaded between calls: whatever a verb leaves behind is forgotten by `open`.
local call, P
local SHIFT = 4398046511104 -- 2^42: score = coarse * 2^42 + fine, exact in a double while coarse < 2048
local NAMES = {'chat', 'call', 'ticket'}
local OUTAGE_MS = 5000

local now, now_text, generation, generation_told, generation_text, seq, turn, config, recorded, gap_from, gap_to
local due -- the earliest timer this script set: the caller's timer loop need not sleep past it

-- What a verb always reads and writes together is one packed string under one key: a `redis.call` costs the script as
-- much as packing fifty values.
-- (While a library loads there is no `struct` and no `string`; they are bound by the first `open`.)
local pack, unpacked, byte, format, record, fields

local forget = {} -- what each part does before a verb runs

-- What a verb gathered and wrote is cleared away as it is written, since emptying a small table costs a fifth of making
-- and growing another; what one left behind that ended without `commit` is thrown away before the next.
local throw_away, unclean = {}, false

local function cleared(list)
  local n = #list
  if n > 64 then return {} end
  for i = n, 1, -1 do list[i] = nil end
  return list
end

local names = {} -- by kind, with the prefix of the tenant of now

local function key(kind, id)
  local name = names[kind]
  if not name then
    name = P .. kind
    names[kind] = name
  end
  if id then return name .. ':' .. id end
  return name
end

-- A process of the server serves a tenant once it was admitted: `served` holds, by prefix, of which generation (true:
-- of that of its next verb), and `reached` the last event written here. Both are gone with the process, and a copy of
-- the data does not have them: a replica that takes over, a server that was restarted, emptied or given a slot, each
-- asks `meta` who served last, and is refused until a node has made sure of its state (reconcile_begin to _end).
local server = {}
local reconciling -- this call is the reconciler's own
do
  local served, reached = {}, {}

  function server.run_id()
    return string.match(call('INFO', 'server'), 'run_id:(%x+)')
  end

  local function refuse(is_not)
    if is_not then error({err = 'RECONCILING a node has to make sure of this state first'}) end
  end

  local function admit()
    local m = call('HMGET', key('meta'), 'server', 'reconciler')
    refuse(m[2] or m[1] ~= server.run_id())
    served[P] = true
  end

  -- token: the reconciler's, for its own calls; the bare prefix for those of anybody that do not wait for it; false for
  -- the verbs that reconciling begins and ends with. One that lost its lease may wake up at any time, also when another
  -- has long done the work: its token is compared with every call.
  function server.enter(token)
    reconciling = token and token ~= P
    if reconciling then refuse(call('HGET', key('meta'), 'reconciler') ~= token)
    elseif not served[P] and token ~= false then admit() end
  end

  -- Another process served meanwhile and this one is back, or what this one wrote is gone.
  function server.doubt()
    if served[P] == true then served[P] = generation end
    if served[P] == generation and seq >= (reached[P] or 0) then return end
    if served[P] == generation then call('HDEL', key('meta'), 'server') end
    served[P] = nil
    admit()
    served[P] = generation
  end

  function server.reach()
    reached[P] = seq
  end

  function server.forget()
    served[P], reached[P] = nil, nil
  end
end

local function open(prefix, token)
  if not call then
    call, pack, unpacked, byte, format = redis.call, cmsgpack.pack, cmsgpack.unpack, string.byte, string.format
    record, fields = struct.pack, struct.unpack
  end
  if prefix ~= P then P, names = prefix, {} end
  due = 0
  for i = 1, #forget do forget[i]() end
  if unclean then
    for i = 1, #throw_away do throw_away[i]() end
  end
  unclean = true
  server.enter(token)
end

-- Packed strings read ahead of their use, and those to be written, each in one command.
local store = {}
do
  local first, second, ahead -- two names, and what was read with them
  local written, last = {}, 0 -- names and values in turn, up to the last; what is behind it was written before
  forget[#forget + 1] = function() first, second = nil, nil end
  throw_away[#throw_away + 1] = function() written, last = {}, 0 end

  -- Read two with another; returns that one.
  function store.read_ahead(name, a, b)
    first, second, ahead = a, b, call('MGET', name, a, b)
    return ahead[1]
  end

  function store.get(name)
    if name == first then return ahead[2] end
    if name == second then return ahead[3] end
    return call('GET', name)
  end

  -- What was made of a packed string is used again while the string is the same. It is taken out for the time a verb
  -- works with it, and put back by `commit` alone: one that failed half-way leaves nothing behind.
  local known, many = {}, 0
  local MOST = 4000

  function store.recall(name, text)
    local made = known[name]
    if not made then return nil end
    known[name], many = nil, many - 1
    return made.text == text and made or nil
  end

  function store.remember(name, made)
    if many >= MOST then known, many = {}, 0 end
    known[name], many = made, many + 1
  end

  function store.put(name, value)
    written[last + 1], written[last + 2] = name, value
    last = last + 2
  end

  function store.write()
    for i = 1, last, 1000 do call('MSET', unpack(written, i, math.min(i + 999, last))) end
    if last > 64 then written = {} end
    last = 0
  end
end

-- The time last seen, and what is counted over the whole tenant.
local clock = {}
do
  local CLOCK = '>I8I8I8i8I8I8I8I8'

  function clock.text()
    server.reach()
    return record(CLOCK, now, seq, turn, config, generation, recorded, gap_from or 0, gap_to or 0)
  end

  -- Returns the time last seen: 0 for a tenant that is new.
  function clock.read(text)
    local last
    if not text then
      last, seq, turn, config, generation, recorded, gap_from, gap_to = 0, 0, 0, 0, 1, 0, nil, nil
      return last
    end
    last, seq, turn, config, generation, recorded, gap_from, gap_to = fields(CLOCK, text)
    if gap_to == 0 then gap_from, gap_to = nil, nil end
    return last
  end

  function clock.write()
    call('SET', key('clock'), clock.text())
  end

  function clock.server_ms()
    local t = call('TIME')
    return t[1] * 1000 + math.floor(t[2] / 1000)
  end
end

-- Time never runs back. A gap between two scripts longer than OUTAGE_MS is an outage: it is noted, and
-- timers_run is lenient with whatever fell due in it. Two keys that the verb will need are read with the clock.
local function begin(asked, a, b)
  local last = clock.read(a and store.read_ahead(key('clock'), a, b) or call('GET', key('clock')))
  if not reconciling then server.doubt() end
  now = asked == '0' and clock.server_ms() or tonumber(asked)
  if now < last then now = last end
  if last > 0 and now - last > OUTAGE_MS then
    gap_from, gap_to = gap_from or last, now
    clock.write()
  end
  now_text = format('%d', now)
  if generation ~= generation_told then generation_told, generation_text = generation, format('%d', generation) end
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

-- A whole number as text, exact up to 2^53; `..` would keep 14 digits and cost five times as much. Most are small, and
-- the texts of these are kept.
local SMALL = 4096
local texts = {}
local function digits(n)
  if n < 0 or n >= SMALL then return format('%d', n) end
  local text = texts[n]
  if not text then
    text = format('%d', n)
    texts[n] = text
  end
  return text
end

-- Timers set, and those taken away (false), in this script; written at its end.
local timers = {}
throw_away[#throw_away + 1] = function() timers = {} end

local function timer(member, at)
  timers[member] = at
  if due == 0 or at < due then due = at end
end

local function untimer(member)
  timers[member] = false
end

local function armed(member)
  if timers[member] == nil then return call('ZSCORE', key('timers'), member) end
  return timers[member]
end

function store.write_timers()
  local member, at = next(timers)
  if not member then return end
  if not next(timers, member) then
    if at then call('ZADD', key('timers'), at, member) else call('ZREM', key('timers'), member) end
    timers[member] = nil
    return
  end
  local set, gone = {}, {}
  for member, at in pairs(timers) do
    if at then
      local n = #set
      set[n + 1], set[n + 2] = at, member
    else gone[#gone + 1] = member end
  end
  if set[1] then call('ZADD', key('timers'), unpack(set)) end
  if gone[1] then call('ZREM', key('timers'), unpack(gone)) end
  timers = {}
end
