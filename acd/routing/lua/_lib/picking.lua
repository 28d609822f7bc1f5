-- Whom to ask: the best in the order of the strategy who may be asked, and the reasons that are told.
--- include("interaction")
local WALK = 64 -- the most a script looks at
local walk_left
local lot, draws -- the command's seed for strategies that draw lots, and where its sequence stands
forget[#forget + 1] = function() walk_left, lot, draws = WALK, 0, 0 end

local function rings(x, id)
  for i = 1, #x.live do
    if x.live[i].agent == id then return true end
  end
  return false
end

local picking = {}
do
  local drawn, times_drawn, below -- by agent: by which draw they were found; how many there were, and among how many
  forget[#forget + 1] = function() drawn, times_drawn = nil, 0 end

  -- The k-th draw of this script, below n: a fixed function of seed and k (Park and Miller's generator).
  local function draw(n)
    if draws == 0 then draws = lot % 2147483646 + 1 end
    draws, times_drawn, below = draws * 16807 % 2147483647, times_drawn + 1, n
    return draws % n
  end

  -- The agent behind an entry of a free index, if they may be asked; a stale entry is removed and said so.
  local function candidate(x, free, channel, id)
    if is_excluded(x.excluded, id) or rings(x, id) then return nil end
    local a = agent(id)
    if a and eligible(a, channel) then return a end
    call('ZREM', free, id)
    return nil, true
  end

  -- One by lot among those of equal coarse key. Rejecting and drawing again is fair; when eight in a row are
  -- rejected, the walk over all of them draws among those who are left.
  local function draw_agent(x, free, channel, taken)
    local head = call('ZRANGE', free, 0, 0, 'WITHSCORES')
    if not head[1] then return nil end
    local n = call('ZCOUNT', free, head[2], head[2])
    for _ = 1, math.min(8, walk_left) do
      walk_left = walk_left - 1
      local at = draw(n)
      local id = call('ZRANGE', free, at, at)[1]
      local a = id and not taken[id] and candidate(x, free, channel, id)
      if a then return a end
    end
    local left, best, from, entries = {}, nil, 0, nil
    repeat
      entries = call('ZRANGE', free, from, from + WALK - 1, 'WITHSCORES')
      for i = 1, #entries, 2 do
        if best and entries[i + 1] ~= best then break end
        walk_left, from = walk_left - 1, from + 1
        local a, stale
        if not taken[entries[i]] then a, stale = candidate(x, free, channel, entries[i]) end
        if stale then from = from - 1 end
        if a then
          best = entries[i + 1]
          left[#left + 1] = a
        end
      end
    until #entries < 2 * WALK or (best and entries[#entries] ~= best)
    return left[1] and left[1 + draw(#left)]
  end

  -- The best `want` who may be asked, in the order of the strategy; the id of the next best; whether it stopped
  -- at the bound of the script. Begun within that bound, a walk goes on past whom it may not ask: at most 64 are
  -- excluded and 50 rung, and to stop among them would be to begin there again for ever.
  function picking.best(x, q, want)
    index_all()
    local free, channel, chosen = key('free', x.pool), q.channel, {}
    if order(q.order).fine == 'z' then
      local taken = {}
      while #chosen < want do
        if walk_left <= 0 then return chosen, nil, true end
        local a = draw_agent(x, free, channel, taken)
        if not a then break end
        taken[a.id], drawn = true, drawn or {}
        drawn[a.id] = ',"seed":' .. lot .. ',"draw":' .. times_drawn .. ',"of":' .. below
        chosen[#chosen + 1] = a
      end
      return chosen, nil
    end
    local from, page = 0, want + 1
    while true do
      local ids = call('ZRANGE', free, from, from + page - 1)
      for i = 1, #ids do
        local id = ids[i]
        if #chosen == want then
          if not is_excluded(x.excluded, id) and not rings(x, id) then return chosen, id end
          from = from + 1
        else
          walk_left = walk_left - 1
          local a, stale = candidate(x, free, channel, id)
          if a then chosen[#chosen + 1] = a end
          if not stale then from = from + 1 end
        end
      end
      if #ids < page then break end
      page = 8
    end
    return chosen, nil
  end

  -- Whom the order would have asked in the place of one who is asked before it; nobody knows where it draws lots.
  function picking.beside(x, q, a)
    if order(q.order).fine == 'z' then return nil end
    local chosen, next_best = picking.best(x, q, 1)
    return chosen[1] and chosen[1] ~= a and chosen[1].id or next_best
  end

  -- How many may be asked: eligible, and not excluded for this interaction.
  function picking.count(x)
    local n = call('ZCARD', key('free', x.pool))
    if n == 0 or x.excluded == '' then return n end
    local out = {}
    for who, limit in string.gmatch(x.excluded, '([^|;]+)|(%d+)|') do
      if tonumber(limit) > now then out[#out + 1] = who end
    end
    if not out[1] then return n end
    local scores = call('ZMSCORE', key('free', x.pool), unpack(out))
    for i = 1, #out do
      if scores[i] then n = n - 1 end
    end
    return n
  end

  function picking.priority(a, q)
    local list = a.lists[q.channel]
    for i = 1, #list do
      if list[i][1] == q.id then return list[i][3] end
    end
    return 100
  end

  -- more: what few have to add, as a JSON fragment.
  function picking.why(a, q, eligible_count, next_best, more)
    local o, c = order(q.order), q.channel
    local priority = picking.priority(a, q)
    local keys = {}
    for i = 1, #o.keys do
      local k = o.keys[i][1]
      if k == 'p' then keys[i] = '{"name":"priority","value":' .. digits(priority) .. '}'
      elseif k == 'r' then keys[i] = '{"name":"running","value":' .. digits(a.n[c]) .. '}'
      else keys[i] = '{"name":"ratio","value":' .. math.floor(1000 * a.n[c] / a.capacity.max[c]) .. '}' end
    end
    if o.idle then keys[#keys + 1] = '{"name":"idle_since_ms","value":' .. digits(a.idle) .. '}'
    elseif o.last then keys[#keys + 1] = '{"name":"last_offered","value":' .. digits(a.last) .. '}' end
    local lots = drawn and drawn[a.id]
    if lots then drawn[a.id] = nil end -- asked once more, it is not by that draw
    return '{"strategy":"' .. q.strategy .. '","keys":[' .. table.concat(keys, ',') .. '],"eligible":' .. digits(eligible_count)
      .. ',"next":' .. (next_best and '"' .. next_best .. '"' or 'null') .. ',"priority":' .. digits(priority)
      .. (lots or '') .. (more or '') .. ',"config":' .. q.version .. '}'
  end

  -- What was required of whoever is asked.
  function picking.why_pool(x)
    local step = kept(x, 'step')
    return (x.pool ~= x.queue and ',"pool":"' .. x.pool .. '"' or '') .. (step and ',"relaxed":' .. step or '')
  end
end
