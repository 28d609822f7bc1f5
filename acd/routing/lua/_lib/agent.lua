-- An agent: loaded once a script and changed in memory; how many slots of theirs are held, and whether there is room.
--- include("events")
--- include("limits")
--- include("desk")
local agents, touched = {}, {}
throw_away[#throw_away + 1] = function() agents, touched = {}, {} end

local function touch(a)
  if not a.touched then
    a.touched = true
    touched[#touched + 1] = a
  end
  a.dirty = true
end

local function has_room(a, channel)
  local n, c = a.n, a.capacity
  if n[channel] >= c.max[channel] then return false end
  if c.interrupts[channel] then return true end
  local w = c.weight
  return n[1] * w[1] + n[2] * w[2] + n[3] * w[3] + w[channel] <= c.total
end

local function eligible(a, channel)
  if not desk.available(a.presence, channel) or a.grace ~= '' or a.gone then return false end
  return has_room(a, channel)
end

local function agent(id)
  local a = agents[id]
  if a ~= nil then return a end
  local name = key('live', id)
  local text = store.get(name)
  a, unclean = text and store.recall(name, text), true
  if a then
    a.touched, a.dirty, a.compiled, a.grace_ms, a.chat_grace_ms, a.lease_ms = false, false, false, nil, nil, nil
  else
    a = text and desk.from(id, text)
    if not a then
      agents[id] = false
      return false
    end
    local was, channels = {}, a.lists.channels
    for i = 1, #channels do was[channels[i]] = eligible(a, channels[i]) end
    a.was, a.text = was, text
  end
  agents[id] = a
  if a.config ~= config then
    compile(a)
    touch(a)
  end
  return a
end

-- counted: the channel whose running count changed since the agent was indexed; 0: more than one.
local function recount(a, channel)
  if not a.counted then a.counted = channel
  elseif a.counted ~= channel then a.counted = 0 end
end

local function hold(a, channel, interaction)
  a.n[channel] = a.n[channel] + 1
  recount(a, channel)
  a.held = (a.held == '' and ';' or a.held) .. interaction .. ';'
  touch(a)
end

-- For an offer: the agent was asked last.
local function reserve(a, channel, interaction)
  turn = turn + 1
  a.last, a.turned = turn, true
  hold(a, channel, interaction)
end

-- worked: an interaction ended here, so the agent is idle since now; a ring that ended moves nothing.
local function release(a, channel, interaction, worked)
  a.n[channel] = a.n[channel] - 1
  recount(a, channel)
  if worked then a.idle, a.idled = now, true end
  local from, to = string.find(a.held, ';' .. interaction .. ';', 1, true)
  if from then a.held = #a.held == to - from + 1 and '' or string.sub(a.held, 1, from) .. string.sub(a.held, to + 1) end
  touch(a)
end

local function about(a)
  return ',"agent":"' .. a.id .. '"'
end
