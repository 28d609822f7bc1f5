-- An interaction: loaded once a script, its changes collected, written once.
--- include("settling")
local interactions, changed = {}, {}
local interaction, new_interaction, write_interactions
throw_away[#throw_away + 1] = function() interactions, changed = {}, {} end

-- It is written at the end.
function change(x)
  if not x.changed then
    x.changed = true
    changed[#changed + 1] = x
  end
end

do
  -- One packed string holds all that is known of it, the live offers at its end; `more` is a map of what few interactions
  -- have (nil for most), by name; `place`, `left` and `busy` are what was told of the line (see estimate). It changes with
  -- every step, so that keeping a part apart would cost more than it saves.
  local HEAD = '>sssI8BI4dI8ssBsI8sI4sI8I4I2BI8I8sI4sI4sI8BI4c0I2'
  local OFFER = '>I4sI8I8Bs'

  -- (One constructor names all that is kept, since a table that grows is hashed anew each time.)
  local function interaction_of(id, text, contact, conversation, card, enqueued, leased, place, left, busy, queue_id, pool,
    level, state, since, owner, offers, excluded, ring_ms, ring_n, fan, short, lost, accepted, winner, won, past, told,
    outcome, wrap, extended, more, n, at)
    local live = {}
    for i = 1, n do
      local number, asked, deadline, made, delivered, why
      number, asked, deadline, made, delivered, why, at = fields(OFFER, text, at)
      live[i] = {n = number, agent = asked, deadline = deadline, made = made, delivered = delivered > 0,
        extended = delivered == 2, why = why}
    end
    return {id = id, contact = contact, conversation = conversation, card = card, enqueued = enqueued,
      leases = leased == 1, leased = leased == 1, place = place, left = left, busy = busy, queue = queue_id, pool = pool,
      level = level, state = state, since = since, agent = owner,
      offers = offers, excluded = excluded, ring_ms = ring_ms, ring_n = ring_n, fan = fan, short = short == 1, lost = lost,
      accepted = accepted, winner = winner, won = won, past = past, told = told, outcome = outcome, wrap = wrap,
      extended = extended == 1, more = more ~= '' and unpacked(more) or nil, live = live, head = false, changed = false,
      lined = nil, waiting = 0, text = false, calls = false}
  end

  local function interaction_text(x)
    local more = x.more and next(x.more) and pack(x.more) or ''
    local live = x.live
    local text = record(HEAD, x.contact, x.conversation, x.card, x.enqueued, x.leases and 1 or 0, x.place, x.left, x.busy,
      x.queue, x.pool, x.level, x.state, x.since, x.agent, x.offers, x.excluded, x.ring_ms, x.ring_n, x.fan,
      x.short and 1 or 0, x.lost,
      x.accepted, x.winner, x.won, x.past, x.told, x.outcome, x.wrap, x.extended and 1 or 0, #more, more, #live)
    for i = 1, #live do
      local o = live[i]
      text = text .. record(OFFER, o.n, o.agent, o.deadline, o.made, o.extended and 2 or o.delivered and 1 or 0, o.why)
    end
    return text
  end

  function interaction(id)
    local x = interactions[id]
    if x ~= nil then return x end
    local name = key('ix', id)
    local text = store.get(name)
    x = text and store.recall(name, text)
    if x then x.changed, x.lined, x.waiting, x.leased = false, nil, 0, x.leases
    else x = text and interaction_of(id, text, fields(HEAD, text)) end
    -- nobody is on the line of a callback
    if x and x.more and x.more.callback and not x.more.callback.called then x.leased = false end
    interactions[id], unclean = x, true
    return x
  end

  function new_interaction(id, queue_id, contact, conversation, level, arrived, leased, card)
    local x = interaction_of(id, '', contact, conversation, card, arrived, leased and 1 or 0, 0, 0, 0, queue_id,
      queue_id, level, 'waiting', now, '', 0, '', 0, 0, 0, 0, 0, 0, '', 0, '', 0, '', 0, 0, '', 0, 1)
    x.lined = false
    interactions[id] = x
    change(x)
    return x
  end

  function write_interactions()
    for i = 1, #changed do
      local x = changed[i]
      local name = key('ix', x.id)
      x.text = interaction_text(x)
      store.put(name, x.text)
      if x.state ~= 'ended' then store.remember(name, x) end
    end
    if #changed > 64 then interactions = {} else
      for id in next, interactions do interactions[id] = nil end
    end
    changed = cleared(changed)
  end
end

-- Keep a value under a name among what few interactions have; nil forgets it.
local function keep(x, name, value)
  x.more = x.more or {}
  x.more[name] = value
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

function calls.number(x)
  local number = (kept(x, 'said') or 0) + 1
  keep(x, 'said', number)
  return number
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
    x.head, x.calls = head, channel_of(x.queue) == 2
  end
  if x.calls then calls.about = x end
  if offer then head = head .. ',"offer":"' .. x.id .. '.' .. offer .. '"' end
  if agent_id then head = head .. ',"agent":"' .. agent_id .. '"' end
  return head
end

local function card_of(x)
  return x.card ~= '' and x.card or '{}'
end

-- Exclusions: `agent|until|kind;…`, kind d(eclined), e(xpired), f(ailed) or g(ave it away); the newest 64 are kept.
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

-- The line of those who wait for one agent.
local function personal_line(id, channel)
  return '@' .. id .. '/' .. NAMES[channel]
end

-- Where it stands while it waits: in its pool's line, or in the personal one of whom it waits for.
local function line_of(x)
  local who = kept(x, 'personal')
  return who and personal_line(who, channel_of(x.queue)) or x.pool
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
    local q, who = queue(x.queue), kept(x, 'personal')
    if q.state == 'closing' then q.dirty = true end -- it goes with the last
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
