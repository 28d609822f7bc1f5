-- Which pools an agent stands in: compiled from what the directory says of them and of the queues they are members of.
--- include("queue")
--- include("order")
--- include("requirement")

-- The agent's pools: per channel a list of {id, order, priority, rank, queue}, with the inputs on which any order in
-- it depends. As text a list is `pool|order|priority|rank;…`, and the channels are parted by a newline. `counters` name,
-- in `lines`, first the counts of their lines, then as many of their short rings; those of a channel stand after the first
-- `before[channel]` of either.
local NO_RANK = 1000000
local lists_of = remember(function(packed)
  local lists, counters = {channels = {}, before = {}}, {}
  for text in string.gmatch(packed .. '\n', '([^\n]*)\n') do
    local list = {}
    lists.before[#lists + 1] = #counters
    for id, o, priority, rank in string.gmatch(text, '([^|;]+)|([^|]*)|(%d+)|(%d*);') do
      o = order(o)
      list[#list + 1] = {id, o, tonumber(priority), tonumber(rank) or NO_RANK, queue_of(id)}
      counters[#counters + 1] = id
      list.idle, list.last, list.running = list.idle or o.idle, list.last or o.last, list.running or o.running
    end
    lists[#lists + 1] = list
    if list[1] then lists.channels[#lists.channels + 1] = #lists end
  end
  lists.counters, lists.pools = counters, #counters
  for i = 1, lists.pools do counters[lists.pools + i] = '~' .. counters[i] end
  return lists
end, 5000)

local skills_of = remember(function(text) return cjson.decode(text) end, 5000)

-- Compile an agent's memberships with their queues' orders and the pools whose requirements their skills meet, and
-- the agent's own times, which are the longest of their queues'. Done again at the agent's first change after any
-- queue changed its order, or a pool came or went.
local function compile(a)
  local v = call('HMGET', key('agent', a.id), 'memberships', 'skills')
  local memberships, skills = v[1], skills_of(v[2])
  local lists = {{}, {}, {}}
  a.grace_ms, a.chat_grace_ms, a.lease_ms = 20000, 60000, 15000
  local first = true
  for id, priority, rank in string.gmatch(memberships, '([^|;]+)|(%d+)|(%d*);') do
    local q = queue(id)
    if q and q.state ~= 'closing' then
      local list = lists[q.channel]
      local place = '|' .. q.order .. '|' .. priority .. '|' .. rank .. ';'
      list[#list + 1] = id .. place
      for i = 1, #q.pools do
        local name = q.pools[i].name
        if requirement.met(requirement.of(name), skills) then list[#list + 1] = name .. place end
      end
      if first then a.grace_ms, a.chat_grace_ms, a.lease_ms, first = q.grace_ms, q.chat_grace_ms, q.lease_ms, false end
      a.grace_ms, a.lease_ms = math.max(a.grace_ms, q.grace_ms), math.max(a.lease_ms, q.lease_ms)
      a.chat_grace_ms = math.max(a.chat_grace_ms, q.chat_grace_ms)
    end
  end
  a.packed = table.concat(lists[1]) .. '\n' .. table.concat(lists[2]) .. '\n' .. table.concat(lists[3])
  a.lists = lists_of(a.packed)
  a.config, a.compiled, a.dirty = config, true, true
end
