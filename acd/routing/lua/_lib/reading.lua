-- Reading without writing: a reply array must hold no nil, which would cut it short.
--- include("interaction")

local function read_clock(asked)
  local clock = tonumber(asked)
  if clock == 0 then
    local t = call('TIME')
    clock = t[1] * 1000 + math.floor(t[2] / 1000)
  end
  return math.max(clock, (meta_of(call('HGET', key('meta'), 'clock'))) or 0)
end

-- {id, state or '' if unknown, queue, contact, conversation, level, enqueued, agent, live, lost, since, outcome, wrap,
-- extended, card, target of a transfer or '', {guest, role…}, {giver, wrap, extended…}}; an offer of `live` is {number, agent, deadline, made, delivered, why}.
local function read_interaction(id)
  local x = interaction(id, true)
  if not x then return {id, ''} end
  local live, guests, wraps = {}, {}, {}
  for who, role in pairs(kept(x, 'guests') or {}) do guests[#guests + 1], guests[#guests + 2] = who, role end
  for who, wrap in pairs(kept(x, 'wraps') or {}) do
    local at = #wraps
    wraps[at + 1], wraps[at + 2], wraps[at + 3] = who, wrap[1], wrap[2] and 1 or 0
  end
  for i = 1, #x.live do
    local o = x.live[i]
    live[i] = {o.n, o.agent, o.deadline, o.made, o.delivered and 1 or 0, o.why}
  end
  return {id, x.state, x.queue, x.contact, x.conversation, x.level, x.enqueued, x.agent, live, x.lost, x.since, x.outcome,
    x.wrap, x.extended and 1 or 0, x.card or '', (kept(x, 'transfer') or {}).to or '', guests, wraps}
end

-- {version, capacity, presence, counts…, idle, address_seq, grace, presence_seq, missed…, reasons…, over}, or nil.
local function read_agent(id)
  local v = call('HMGET', key('agent', id), 'live', 'version', 'capacity', 'presence_seq', 'reason1', 'reason2', 'reason3')
  if not v[1] then return nil end
  local a = unpack_live(id, unpacked(v[1]))
  local n, m = a.n, a.missed
  return {v[2], v[3], a.presence, n[1], n[2], n[3], a.idle, a.address_seq, a.grace, v[4], m[1], m[2], m[3], v[5], v[6], v[7], a.over}
end

-- 0-based place in the line it stands in, while that is scored anew too; nil if it does not wait.
local function place_of(x)
  local place = call('ZRANK', key('line', line_of(x)), x.id)
  if place then return place end
  place = call('ZRANK', key('rescore', x.pool), x.id)
  return place and place + call('ZCARD', key('line', x.pool))
end
