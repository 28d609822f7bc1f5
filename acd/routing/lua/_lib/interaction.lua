-- An interaction: loaded once a script, its changes collected, written once.
--- include("agent")
local interactions, changed
forget[#forget + 1] = function() interactions, changed = {}, {} end
local FIELD, ENTRY = '\31', '\30' -- between the parts of a packed field, and after each entry

local function unpack_offers(text)
  local live = {}
  if text == '' then return live end
  for n, id, deadline, made, delivered, why in
    string.gmatch(text, '(%d+)\31([^\31]*)\31(%d+)\31(%d+)\31(%d)\31([^\30]*)\30') do
    live[#live + 1] = {n = tonumber(n), agent = id, deadline = tonumber(deadline), made = tonumber(made),
      delivered = delivered, why = why}
  end
  return live
end

local function pack_offers(live)
  local out = {}
  for i = 1, #live do
    local o = live[i]
    out[i] = o.n .. FIELD .. o.agent .. FIELD .. o.deadline .. FIELD .. o.made .. FIELD .. o.delivered .. FIELD
      .. o.why .. ENTRY
  end
  return table.concat(out)
end

local function interaction(id)
  local x = interactions[id]
  if x ~= nil then return x end
  local v = call('HMGET', key('ix', id), 'state', 'queue', 'pool', 'contact', 'conversation', 'level', 'enqueued', 'agent',
    'live', 'offers', 'excluded', 'ring_ms', 'ring_n', 'short', 'lost', 'accepted', 'leased', 'fan')
  if not v[1] then
    interactions[id] = false
    return false
  end
  -- what was never written is as it was at the arrival
  x = {id = id, state = v[1], queue = v[2], pool = v[3], contact = v[4], conversation = v[5], level = tonumber(v[6]),
    enqueued = tonumber(v[7]), agent = v[8] or '', live = unpack_offers(v[9] or ''), offers = tonumber(v[10] or 0),
    excluded = v[11] or '', ring_ms = tonumber(v[12] or 0), ring_n = tonumber(v[13] or 0), short = v[14] == '1',
    lost = tonumber(v[15] or 0), accepted = tonumber(v[16] or 0), leased = v[17] == '1', fan = tonumber(v[18] or 0),
    fields = {}}
  interactions[id] = x
  return x
end

local function set(x, field, value)
  local f = x.fields
  if not f[1] then changed[#changed + 1] = x end
  f[#f + 1], f[#f + 2] = field, value
end

local function set_state(x, state)
  x.state = state
  set(x, 'state', state)
  set(x, 'since', now)
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
  set(x, 'excluded', x.excluded)
end

-- The waiting line. `lines` counts the entries of every line (and, under `~pool`, of every short ring), so
-- that a freed agent of many pools asks once which of them have work.
local function line_add(x)
  if x.lined then return end
  local q = queue(x.queue)
  x.lined = true
  if q.state == 'building' and call('ZSCORE', key('rescore', x.pool), x.id) then return end
  if call('ZADD', key('line', x.pool), line_score(q, x.level, x.enqueued), x.id) == 1 then
    call('HINCRBY', key('lines'), x.pool, 1)
  end
end

local function line_remove(x)
  if call('ZREM', key('line', x.pool), x.id) == 1 or call('ZREM', key('rescore', x.pool), x.id) == 1 then
    call('HINCRBY', key('lines'), x.pool, -1)
  end
  x.lined = false
end

-- Rings that want more agents than they have: the next one freed joins the oldest.
local function short_add(x)
  if x.short then return end
  x.short = true
  set(x, 'short', '1')
  call('ZADD', key('short', x.pool), due_of(queue(x.queue), x.level, x.enqueued), x.id)
  call('HINCRBY', key('lines'), '~' .. x.pool, 1)
end

local function short_remove(x)
  if not x.short then return end
  x.short = false
  set(x, 'short', '0')
  if call('ZREM', key('short', x.pool), x.id) == 1 then call('HINCRBY', key('lines'), '~' .. x.pool, -1) end
end

local function write_interactions()
  for i = 1, #changed do
    local x = changed[i]
    if x.live_changed then
      x.fields[#x.fields + 1] = 'live'
      x.fields[#x.fields + 1] = pack_offers(x.live)
    end
    call('HSET', key('ix', x.id), unpack(x.fields))
  end
end
