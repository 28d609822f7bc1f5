-- Reading without writing: a reply array must hold no nil, which would cut it short.
--- include("base")
local AGENT = {'version', 'capacity', 'presence', 'n1', 'n2', 'n3', 'idle', 'address_seq', 'grace', 'presence_seq',
  'missed1', 'missed2', 'missed3', 'reason1', 'reason2', 'reason3'}
local INTERACTION = {'state', 'queue', 'contact', 'conversation', 'level', 'enqueued', 'agent', 'live', 'lost', 'since',
  'outcome', 'wrap', 'extended', 'card', 'pool'}

local function read_clock(asked)
  local clock = tonumber(asked)
  if clock == 0 then
    local t = call('TIME')
    clock = t[1] * 1000 + math.floor(t[2] / 1000)
  end
  return math.max(clock, tonumber(call('HGET', key('meta'), 'now') or 0))
end

local function whole(values, n)
  for i = 1, n do values[i] = values[i] or '' end
  return values
end

local function read_interaction(id)
  local values = whole(call('HMGET', key('ix', id), unpack(INTERACTION)), #INTERACTION)
  table.insert(values, 1, id)
  return values
end

-- 0-based place in the line, while it is scored anew too; nil if it does not wait.
local function place_of(id, pool)
  local place = call('ZRANK', key('line', pool), id)
  if place then return place end
  place = call('ZRANK', key('rescore', pool), id)
  return place and place + call('ZCARD', key('line', pool))
end
