-- The indexes an agent stands in: `free`, who may be asked, by rank; `here`, who is available, full or not.
--- include("agent")

-- Bring the free indexes up to what the agent is now; touches only the pools an input matters to.
local function index(a)
  local channels = a.lists.channels
  for c = 1, #channels do
    local channel = channels[c]
    local list = a.lists[channel]
    local is, was = eligible(a, channel), a.was[channel]
    if is then
      local fresh, counted = not was, a.counted == channel or a.counted == 0
      if fresh or (a.idled and list.idle) or (a.turned and list.last) or (counted and list.running) then
        local before, score -- pools of one queue stand together and rank alike
        for i = 1, #list do
          local p = list[i]
          local o = p[2]
          if fresh or (a.idled and o.idle) or (a.turned and o.last) or (counted and o.running) then
            if p[5] ~= before then before, score = p[5], rank_score(o, a, channel, p[3]) end
            call('ZADD', key('free', p[1]), score, a.id)
          end
        end
      end
    elseif was then
      for i = 1, #list do call('ZREM', key('free', list[i][1]), a.id) end
    end
    a.was[channel] = is
  end
  a.idled, a.turned, a.counted = false, false, false
end

-- Before anyone is picked from an index, the changes of this script must be in it.
local function index_all()
  for i = 1, #touched do index(touched[i]) end
end

-- Before those who are eligible are counted for this agent's offer; their own index is written once, at the end.
local function index_others(a)
  for i = 1, #touched do
    if touched[i] ~= a then index(touched[i]) end
  end
end

local function set_here(a, channel, present)
  local list = a.lists[channel]
  for i = 1, #list do
    local p = list[i]
    if present then call('ZADD', key('here', p[1]), 0, a.id)
    elseif call('ZREM', key('here', p[1]), a.id) == 1 and p[1] == p[5] then limits.left(p[5]) end
  end
end

-- Into the indexes of some of their pools, of which they may be told nothing yet.
local function renew(a, channel, of_these)
  local list = a.lists[channel]
  -- who is eligible only since this script is indexed in all pools at its end
  local free = a.was[channel] and eligible(a, channel)
  for i = 1, #list do
    local p = list[i]
    if of_these(p) and desk.available(a.presence, channel) then
      call('ZADD', key('here', p[1]), 0, a.id)
      if free then call('ZADD', key('free', p[1]), rank_score(p[2], a, channel, p[3]), a.id) end
    end
  end
end

-- A pool came or went: those whom this script has in its hands know at once, the others at their next change.
local function recompile_all()
  for _, a in pairs(agents) do
    if a then
      compile(a)
      touch(a)
    end
  end
end
