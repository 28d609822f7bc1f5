-- Compare what is stored with what it must be: the invariants, for a page of agents, interactions, queues.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, number of agents, number of interactions, agents…, interactions…, queues…
-- RETURNS sentences, one a finding
-- EVENTS  none
--- include("presence")
--- include("reading")
--- include("callback")
local found = {}
now = read_clock(ARGV[1])

local function say_found(text) found[#found + 1] = text end

local function drain_is_due()
  local entries = call('ZRANGE', key('timers'), '-inf', now, 'BYSCORE')
  for i = 1, #entries do
    if string.find(entries[i], '^[dbrspx]|') then return true end
  end
  return false
end

local function check_agent(id)
  local a = agent(id)
  if not a then return end
  if not a.compiled then
    local was = a.packed
    compile(a)
    if a.packed ~= was then say_found('6: the pools of ' .. id .. ' are not what they meet') end
  end
  local waiting = 0
  for channel = 1, 3 do waiting = waiting + call('ZCARD', key('line', personal_line(id, channel))) end
  if tonumber(call('HGET', key('lines'), '@' .. id) or 0) ~= waiting then
    say_found('3: the personal line of ' .. id .. ' is counted wrongly')
  end
  local n = {0, 0, 0}
  for _, one in ipairs(desk.held(a)) do
    local x = interaction(one)
    if x and sharing.holds(x, a.id) then n[channel_of(x.queue)] = n[channel_of(x.queue)] + 1
    else say_found('1: ' .. id .. ' holds ' .. one .. ', which is not theirs') end
  end
  for channel = 1, 3 do
    if n[channel] ~= a.n[channel] then
      say_found('1: ' .. id .. ' counts ' .. a.n[channel] .. ' ' .. NAMES[channel] .. ' slots, holds ' .. n[channel])
    end
    local list = a.lists[channel]
    for i = 1, #list do
      local p = list[i]
      local q = queue(p[5])
      local whole = q and q.state == 'ready' and pools.ready(q, p[1])
      local score = call('ZSCORE', key('free', p[1]), id)
      local is = eligible(a, channel)
      if whole then
        if is and tonumber(score or -1) ~= rank_score(p[2], a, channel, p[3]) then
          say_found('6: ' .. id .. ' stands in free ' .. p[1] .. ' at ' .. tostring(score) .. ', not at '
            .. string.format('%.0f', rank_score(p[2], a, channel, p[3])))
        end
      end
      if not is and score then say_found('6: ' .. id .. ' stands in free ' .. p[1] .. ' but is not eligible') end
      if whole and desk.available(a.presence, channel) ~= (call('ZSCORE', key('here', p[1]), id) ~= false) then
        say_found('6: ' .. id .. ' and here ' .. p[1] .. ' disagree')
      end
    end
  end
  if over(a) and a.over == '' then say_found('1: ' .. id .. ' is over capacity') end
  if a.over ~= '' and not over(a) then say_found('1: ' .. id .. ' is over no longer, and marked') end
  if a.grace ~= '' and not call('ZSCORE', key('timers'), 'g|' .. id) then say_found('1: ' .. id .. ' is in grace for ever') end
  local finishing, last = 0, 0
  for channel = 1, 3 do
    if settling.AFTER[letter(a, channel)] then finishing, last = finishing + 1, last + a.n[channel] end
  end
  if finishing > 0 and last == 0 then say_found('1: ' .. id .. ' is finishing with nothing to finish') end
  for _, one in ipairs(call('SMEMBERS', key('idle', id))) do
    local x = interaction(one)
    if not x or x.state ~= 'idle' or x.agent ~= id then say_found('1: ' .. id .. ' has ' .. one .. ', which is not idle') end
  end
end

-- What more than one agent has of it.
local function check_sharing(x)
  local id, transfer, open = x.id, kept(x, 'transfer'), x.state == 'active' or x.state == 'connecting'
  if transfer and (x.state ~= 'active' or transfer.to == x.agent) then say_found('2: ' .. id .. ' is ' .. x.state .. ' and transferred') end
  if transfer and transfer.waits then
    local a = agent(transfer.to)
    if not call('ZSCORE', key('line', sharing.line_of(x, transfer.to)), id) or not call('ZSCORE', key('timers'), 't|' .. id) then
      say_found('2: ' .. id .. ' waits for ' .. transfer.to .. ' outside their line')
    elseif a and eligible(a, channel_of(x.queue)) and not drain_is_due() then
      say_found('3: ' .. id .. ' waits while its target ' .. transfer.to .. ' is free')
    elseif not a or sharing.absent(a, channel_of(x.queue)) == 'unknown_agent' or not desk.available(a.presence, channel_of(x.queue)) then
      say_found('3: ' .. id .. ' waits for ' .. transfer.to .. ', who is not there')
    end
  elseif transfer and (#x.live ~= 1 or x.live[1].agent ~= transfer.to) then say_found('2: ' .. id .. ' is transferred to nobody') end
  for who in pairs(kept(x, 'guests') or {}) do
    if not open or who == x.agent then say_found('2: ' .. id .. ' is ' .. x.state .. ' and has ' .. who .. ' as a guest') end
    if not agent(who) or not desk.holds(agent(who), id) then say_found('2: ' .. who .. ' is a guest of ' .. id .. ' without a slot') end
  end
  for who in pairs(kept(x, 'wraps') or {}) do
    if not call('ZSCORE', key('timers'), 'w|' .. id .. '|' .. who) then say_found('2: ' .. who .. ' wraps up ' .. id .. ' for ever') end
    if not agent(who) or not desk.holds(agent(who), id) then say_found('2: ' .. who .. ' wraps up ' .. id .. ' without a slot') end
  end
  if x.state == 'idle' then
    if agent(x.agent) and desk.holds(agent(x.agent), id) then say_found('2: ' .. id .. ' is idle and holds a slot') end
    if call('SISMEMBER', key('idle', x.agent), id) == 0 then say_found('2: ' .. id .. ' is idle and nobody knows it') end
    if not call('ZSCORE', key('timers'), 'i|' .. id) then say_found('4: ' .. id .. ' is idle for ever') end
  end
end

local function check_interaction(id)
  local x = interaction(id)
  if not x then return end
  local q = queue(x.queue)
  local score = call('ZSCORE', key('line', line_of(x)), id)
  local rescored = call('ZSCORE', key('rescore', x.pool), id)
  local aged = call('ZSCORE', key('ages', x.queue), id) ~= false
  if aged ~= (x.state == 'waiting' and (x.level ~= LEVEL or kept(x, 'personal') ~= nil)) then
    say_found('3: ' .. id .. ' and the ages of its queue disagree')
  end
  if x.state == 'waiting' then
    if not q then say_found('4: ' .. id .. ' waits in a queue that is gone')
    elseif not rescored and tonumber(score or -1) ~= score_of(x, q) then
      say_found('3: ' .. id .. ' waits outside its place')
    elseif kept(x, 'personal') then
      local who = kept(x, 'personal')
      local is, waits = sticky.first(x, q)
      if q.state == 'ready' and (is or not waits) and not drain_is_due() then
        say_found('3: ' .. id .. ' waits for ' .. who .. ' without need')
      end
      if not call('ZSCORE', key('timers'), 's|' .. id) then say_found('3: ' .. id .. ' waits for ' .. who .. ' for ever') end
    elseif q.state == 'ready' and pools.ready(q, x.pool) and not drain_is_due() then
      local free = call('ZRANGE', key('free', x.pool), 0, 99)
      for i = 1, #free do
        local a = agent(free[i])
        if a and eligible(a, q.channel) and not is_excluded(x.excluded, a.id) then
          say_found('3: ' .. id .. ' waits while ' .. a.id .. ' is free')
          break
        end
      end
    end
  elseif score or rescored then say_found('3: ' .. id .. ' is ' .. x.state .. ' but stands in the line') end
  if x.state == 'ringing' then
    if not x.live[1] then say_found('2: ' .. id .. ' rings nobody') end
    if #x.live > wanted(x, q) then say_found('2: ' .. id .. ' rings more than its fan-out') end
    if x.short ~= (call('ZSCORE', key('short', x.pool), id) ~= false) or x.short ~= (#x.live < wanted(x, q)) then
      say_found('2: ' .. id .. ' and its short ring disagree')
    end
  elseif x.live[1] and not kept(x, 'transfer') then say_found('2: ' .. id .. ' is ' .. x.state .. ' with a live offer') end
  check_sharing(x)
  for i = 1, #x.live do
    local o = x.live[i]
    if not call('ZSCORE', key('timers'), 'o|' .. id .. '|' .. o.n) then say_found('2: ' .. id .. '.' .. o.n .. ' has no timer') end
    if not desk.holds(agent(o.agent), id) then say_found('2: ' .. id .. '.' .. o.n .. ' holds no slot') end
  end
  if (x.state == 'active' or x.state == 'connecting') and not desk.holds(agent(x.agent), id) then
    say_found('2: ' .. id .. ' is ' .. x.state .. ' without a slot')
  end
  if x.state == 'parked' and not call('ZSCORE', key('timers'), (x.lost > 0 and 'c|' or 'q|') .. id) then
    say_found('4: ' .. id .. ' is parked for ever')
  end
  if x.state == 'connecting' and not call('ZSCORE', key('timers'), 'n|' .. id .. '|' .. x.won) then
    say_found('4: ' .. id .. ' connects for ever')
  end
  if x.state == 'ended' and x.wrap > 0 and not call('ZSCORE', key('timers'), 'w|' .. id) then
    say_found('2: ' .. x.agent .. ' wraps up ' .. id .. ' for ever')
  end
  if (x.state == 'waiting' or x.short) and not call('ZSCORE', key('timers'), 'x|' .. id) then
    for who, limit in string.gmatch(x.excluded, '([^|;]+)|(%d+)|') do
      if tonumber(limit) > now then say_found('3: ' .. id .. ' is not tried again for ' .. who) end
    end
  end
  if (x.state == 'waiting' or x.state == 'ringing') and x.leased and x.lost == 0
    and not call('ZSCORE', key('leases'), 'c|' .. id) then
    say_found('4: ' .. id .. ' waits though nobody vouches for its contact')
  end
  if x.state == 'ended' and x.outcome == '' then say_found('4: ' .. id .. ' ended without outcome') end
end

-- Whoever stands in an index must have that pool in their list, from which alone they are taken out.
local function check_indexed(kind, name, channel)
  for _, id in ipairs(call('ZRANGE', key(kind, name), 0, 99)) do
    local a, is = agent(id), false
    for _, p in ipairs(a and a.lists[channel] or {}) do is = is or p[1] == name end
    if not is then say_found('6: ' .. id .. ' stands in ' .. kind .. ' ' .. name .. ', which is not theirs') end
  end
end

local function check_queue(id)
  local q = queue(id)
  local alone = tonumber(call('HGET', key('lines'), '@@' .. id) or 0)
  if alone ~= call('ZCARD', key('personal', id)) then say_found('3: those of ' .. id .. ' in personal lines are counted wrongly') end
  for _, name in ipairs(q and lines_of(q) or {id}) do
    local waiting = call('ZCARD', key('line', name)) + call('ZCARD', key('rescore', name))
    local counts = call('HMGET', key('lines'), name, '~' .. name)
    if tonumber(counts[1] or 0) ~= waiting then say_found('3: the line of ' .. name .. ' is counted wrongly') end
    if tonumber(counts[2] or 0) ~= call('ZCARD', key('short', name)) then
      say_found('3: the short rings of ' .. name .. ' are counted wrongly')
    end
    if q and q.state == 'ready' then
      check_indexed('free', name, q.channel)
      check_indexed('here', name, q.channel)
    end
  end
end

local agents_to, interactions_to = 3 + tonumber(ARGV[2]), 3 + tonumber(ARGV[2]) + tonumber(ARGV[3])
for i = 4, #ARGV do
  if i <= agents_to then check_agent(ARGV[i])
  elseif i <= interactions_to then check_interaction(ARGV[i])
  else check_queue(ARGV[i]) end
end
return found
