-- An interaction: loaded once a script, its changes collected, written once.
--- include("agent")
local interactions, changed
forget[#forget + 1] = function() interactions, changed = {}, {} end

-- `fixed` at the arrival (with the place in the line that was told then, see estimate), `card`, `moving` with the live offers at its end, six values each, and `more`: a map of
-- what few interactions have (nil for most), by name.
-- (One constructor names all that is kept, since a table that grows is hashed anew each time.)
local function unpack_fields(id, card, more, contact, conversation, enqueued, leased, place, left, busy, queue_id, pool, level,
  epoch, state, since, owner, offers, excluded, ring_ms, ring_n, fan, short, lost, accepted, winner, won, past, outcome, wrap, extended,
  ...)
  local live = {}
  if ... then
    local rest = {...}
    for i = 1, #rest, 6 do
      live[#live + 1] = {n = rest[i], agent = rest[i + 1], deadline = rest[i + 2], made = rest[i + 3],
        delivered = rest[i + 4], why = rest[i + 5]}
    end
  end
  return {id = id, card = card, more = more, queue = queue_id, pool = pool, contact = contact, conversation = conversation,
    level = level, enqueued = enqueued, leased = leased, place = place, left = left, busy = busy, epoch = epoch, state = state, since = since, agent = owner,
    offers = offers, excluded = excluded, ring_ms = ring_ms, ring_n = ring_n, fan = fan, short = short, lost = lost,
    accepted = accepted, winner = winner, won = won, past = past, outcome = outcome, wrap = wrap, extended = extended,
    live = live, head = false, changed = false, remembered = false, lined = nil, waiting = 0}
end

local function pack_moving(x)
  local rest = {}
  for i = 1, #x.live do
    local o, at = x.live[i], 6 * i - 5
    rest[at], rest[at + 1], rest[at + 2], rest[at + 3], rest[at + 4], rest[at + 5] =
      o.n, o.agent, o.deadline, o.made, o.delivered, o.why
  end
  return pack(x.queue, x.pool, x.level, x.epoch, x.state, x.since, x.agent, x.offers, x.excluded, x.ring_ms, x.ring_n,
    x.fan, x.short, x.lost, x.accepted, x.winner, x.won, x.past, x.outcome, x.wrap, x.extended, unpack(rest))
end

-- with_card: when it will be told, so that it need not be fetched by itself.
local function interaction(id, with_card)
  local x = interactions[id]
  if x ~= nil then return x end
  local v
  if with_card then v = call('HMGET', key('ix', id), 'fixed', 'moving', 'more', 'card')
  else v = call('HMGET', key('ix', id), 'fixed', 'moving', 'more') end
  x = v[2] and unpack_fields(id, v[4], v[3] and unpacked(v[3]) or nil, unpacked(v[1] .. v[2]))
  -- nobody is on the line of a callback
  if x and x.more and x.more.callback and not x.more.callback.called then x.leased = false end
  interactions[id] = x
  return x
end

-- It is written at the end.
local function change(x)
  if not x.changed then
    x.changed = true
    changed[#changed + 1] = x
  end
end

local function new_interaction(id, queue_id, contact, conversation, level, arrived, leased, card)
  local x = unpack_fields(id, card, nil, contact, conversation, arrived, leased, 0, 0, 0, queue_id, queue_id, level, 0,
    'waiting', now, '', 0, '', 0, 0, 0, false, 0, 0, '', 0, '', '', 0, false)
  x.lined, x.fresh = false, true
  interactions[id] = x
  change(x)
  return x
end

-- Keep a value under a name among what few interactions have; nil forgets it.
local function keep(x, name, value)
  x.more = x.more or {}
  x.more[name] = value
  x.remembered = true
  change(x)
end

local function kept(x, name)
  return x.more and x.more[name]
end

-- To another queue, or another pool of it; the caller moves it between their lines.
local function place_in(x, queue_id, pool)
  x.queue, x.pool, x.head = queue_id, pool, false
  change(x)
end

local function set_state(x, state)
  x.state, x.since = state, now
  change(x)
end

local function describe(x, offer, agent_id)
  local head = x.head
  if not head then
    head = ',"interaction":"' .. x.id .. '","queue":"' .. x.queue .. '","contact":"' .. x.contact
      .. '","conversation":"' .. x.conversation .. '"'
    x.head = head
  end
  if offer then head = head .. ',"offer":"' .. x.id .. '.' .. offer .. '"' end
  if agent_id then head = head .. ',"agent":"' .. agent_id .. '"' end
  return head
end

local function card_of(x)
  if not x.card then x.card = call('HGET', key('ix', x.id), 'card') or '{}' end
  return x.card
end

-- Exclusions: `agent|until|kind;…`, kind d(eclined), e(xpired) or f(ailed); the newest 64 are kept.
local function is_excluded(excluded, id)
  if excluded == '' then return false end
  local limit = string.match(';' .. excluded, ';' .. string.gsub(id, '%-', '%%-') .. '|(%d+)|')
  return limit ~= nil and tonumber(limit) > now
end

local function exclude(x, id, limit, kind)
  local kept, n = {}, 0
  for who, when, what in string.gmatch(x.excluded, '([^|;]+)|(%d+)|(%l);') do
    if who ~= id and tonumber(when) > now then
      n = n + 1
      kept[n] = who .. '|' .. when .. '|' .. what .. ';'
    end
  end
  kept[n + 1] = id .. '|' .. limit .. '|' .. kind .. ';'
  x.excluded = table.concat(kept, '', math.max(1, n + 2 - 64), n + 1)
  change(x)
end

-- Where it stands while it waits: in its pool's line, or in the personal one of whom it waits for.
local function line_of(x)
  local who = kept(x, 'personal')
  return who and '@' .. who .. '/' .. NAMES[channel_of(x.queue)] or x.pool
end

-- A personal line holds those of several queues, which only their due times compare.
local function score_of(x, q)
  if kept(x, 'personal') then return due_of(q, x.level, x.enqueued) end
  return line_score(q, x.level, x.enqueued)
end

local line_add, line_remove, line_rescore
do
  -- `ages:<queue>` holds, by arrival, those whose place does not tell who is the oldest: of another level than most, or
  -- in a personal line.
  local function ages_add(x)
    if x.level ~= LEVEL or kept(x, 'personal') then call('ZADD', key('ages', x.queue), x.enqueued, x.id) end
  end

  local function ages_remove(x)
    if x.level ~= LEVEL or kept(x, 'personal') then call('ZREM', key('ages', x.queue), x.id) end
  end

  -- The waiting line. `lines` counts the entries of every line (and, under `~pool`, of every short ring), so
  -- that a freed agent of many pools asks once which of them have work. Those in personal lines are counted under
  -- `@agent` and `@@queue`, and found by their queue in `personal:<queue>`.
  function line_add(x)
    if x.lined then return end
    local q, who = queue(x.queue), kept(x, 'personal')
    x.lined = true
    if q.state == 'building' and not who and call('ZSCORE', key('rescore', x.pool), x.id) then return end
    if call('ZADD', key('line', line_of(x)), score_of(x, q), x.id) == 1 then
      ages_add(x)
      if who then
        call('HINCRBY', key('lines'), '@' .. who, 1)
        call('HINCRBY', key('lines'), '@@' .. x.queue, 1)
        call('ZADD', key('personal', x.queue), 0, x.id)
      else x.waiting = call('HINCRBY', key('lines'), x.pool, 1) end
    end
  end

  function line_remove(x)
    local who = kept(x, 'personal')
    ages_remove(x)
    if who then
      if call('ZREM', key('line', line_of(x)), x.id) == 1 then
        call('HINCRBY', key('lines'), '@' .. who, -1)
        call('HINCRBY', key('lines'), '@@' .. x.queue, -1)
        call('ZREM', key('personal', x.queue), x.id)
      end
      untimer('s|' .. x.id)
      keep(x, 'personal', nil)
    elseif call('ZREM', key('line', x.pool), x.id) == 1 or call('ZREM', key('rescore', x.pool), x.id) == 1 then
      call('HINCRBY', key('lines'), x.pool, -1)
    end
    x.lined = false
  end

  -- Another level while it waits; where its queue is being rescored it gets its new place then.
  function line_rescore(x, level)
    ages_remove(x)
    x.level = level
    ages_add(x)
    call('ZADD', key('line', line_of(x)), 'XX', score_of(x, queue(x.queue)), x.id)
  end
end

-- Rings that want more agents than they have: the next one freed joins the oldest.
local function short_add(x)
  if x.short then return end
  x.short = true
  change(x)
  call('ZADD', key('short', x.pool), due_of(queue(x.queue), x.level, x.enqueued), x.id)
  call('HINCRBY', key('lines'), '~' .. x.pool, 1)
end

local function short_remove(x)
  if not x.short then return end
  x.short = false
  change(x)
  if call('ZREM', key('short', x.pool), x.id) == 1 then call('HINCRBY', key('lines'), '~' .. x.pool, -1) end
end

local function write_interactions()
  for i = 1, #changed do
    local x = changed[i]
    local ix = key('ix', x.id)
    if x.fresh then
      local fixed = pack(x.contact, x.conversation, x.enqueued, x.leased, x.place, x.left, x.busy)
      call('HSET', ix, 'moving', pack_moving(x), 'fixed', fixed, 'card', x.faded and '' or x.card)
    elseif x.faded then call('HSET', ix, 'moving', pack_moving(x), 'card', '')
    else call('HSET', ix, 'moving', pack_moving(x)) end
    if x.remembered then
      if next(x.more) then call('HSET', ix, 'more', pack(x.more)) else call('HDEL', ix, 'more') end
    end
  end
end
