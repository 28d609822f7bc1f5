-- Reading without writing: a reply array must hold no nil, which would cut it short.
--- include("interaction")
--- include("queue")

local function read_clock(asked)
  return math.max(asked == '0' and clock.server_ms() or tonumber(asked), clock.read(call('GET', key('clock'))))
end

-- {id, state or '' if unknown, queue, contact, conversation, level, enqueued, agent, live, lost, since, outcome, wrap,
-- extended, card, more (JSON), won}; an offer of `live` is {number, agent, deadline, made, delivered, why}.
local function read_interaction(id)
  local x = interaction(id)
  if not x then return {id, ''} end
  local live = {}
  for i = 1, #x.live do
    local o = x.live[i]
    live[i] = {o.n, o.agent, o.deadline, o.made, o.delivered and 1 or 0, o.why}
  end
  return {id, x.state, x.queue, x.contact, x.conversation, x.level, x.enqueued, x.agent, live, x.lost, x.since, x.outcome,
    x.wrap, x.extended and 1 or 0, x.card, cjson.encode(x.more or {}), x.won}
end

-- {version, capacity, presence, counts…, idle, address_seq, grace, presence_seq, missed…, reasons…, over}, or nil.
local function read_agent(id)
  local a = desk.look(id)
  if not a then return nil end
  local v = call('HMGET', key('agent', id), 'version', 'presence_seq', 'reason1', 'reason2', 'reason3')
  local n, m = a.n, a.missed
  return {v[1], a.room, a.presence, n[1], n[2], n[3], a.idle, a.address_seq, a.grace, v[2], m[1], m[2], m[3], v[3], v[4], v[5],
    a.over}
end

-- 0-based place in the line it stands in, while that is scored anew too; nil if it does not wait.
local function place_of(x)
  local place = call('ZRANK', key('line', line_of(x)), x.id)
  if place then return place end
  place = call('ZRANK', key('rescore', x.pool), x.id)
  return place and place + call('ZCARD', key('line', x.pool))
end

local oldest_in
do
  -- When the first of a line arrived who is of the level that most are, unless `ages` knows of one before; nil if there
  -- is none. By age alone they stand in the order of their arrival.
  local function oldest_of_most(q, name, before)
    if q.strict then
      local band = LEVEL * SHIFT
      local first = call('ZRANGE', key('line', name), band, '(' .. digits(band + SHIFT), 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
      return first[2] and tonumber(first[2]) - band
    end
    local from, page = 0, 1
    while true do
      local entries, ids = call('ZRANGE', key('line', name), from, from + page - 1, 'WITHSCORES'), {}
      for i = 1, #entries, 2 do ids[#ids + 1] = entries[i] end
      if not ids[1] then return nil end
      local others = call('ZMSCORE', key('ages', q.id), unpack(ids))
      for i = 1, #ids do
        local arrived = tonumber(entries[2 * i]) - (LEVEL - 1) * q.credit_ms
        if not others[i] or (before and arrived >= before) then return arrived end
      end
      from, page = from + page, 64
    end
  end

  -- When the oldest of those who wait in a queue arrived; nil if nobody does. While lines are being scored anew it is
  -- one of the oldest.
  function oldest_in(q)
    local first = call('ZRANGE', key('ages', q.id), 0, 0, 'WITHSCORES')
    local oldest = tonumber(first[2])
    for _, name in ipairs(lines_of(q)) do
      local arrived = oldest_of_most(q, name, oldest)
      local unscored = q.state == 'building' and call('ZRANGE', key('rescore', name), 0, 0)[1]
      if unscored then arrived = math.min(arrived or math.huge, interaction(unscored).enqueued) end
      if arrived and (not oldest or arrived < oldest) then oldest = arrived end
    end
    return oldest
  end
end
