-- Rebuilding a queue's indexes in chunks; until done the queue is `building` and offers nothing. A new pool is filled
-- likewise, and serves after each chunk.
--- include("presence")
local building = {}
do
  local CHUNK = 200

  -- Up to CHUNK of the waiting get their new score. Returns whether there may be more.
  local function rescore(q)
    local left = CHUNK
    for _, name in ipairs(lines_of(q)) do
      local entries = call('ZRANGE', key('rescore', name), 0, left - 1)
      for i = 1, #entries do
        local x = interaction(entries[i])
        call('ZADD', key('line', name), line_score(q, x.level, x.enqueued), x.id)
      end
      if entries[1] then call('ZREM', key('rescore', name), unpack(entries)) end
      left = left - #entries
      if left == 0 then return true end
    end
    return false
  end

  -- The next CHUNK of those who wait for one agent get their new score. Returns where to go on.
  local function rescore_personal(q, cursor)
    local ids = call('ZRANGE', key('personal', q.id), cursor == '' and '-' or '(' .. cursor, '+', 'BYLEX', 'LIMIT', 0, CHUNK)
    for i = 1, #ids do
      local x = interaction(ids[i])
      line_rescore(x, x.level)
    end
    return ids[CHUNK]
  end

  -- The next CHUNK of a set of agents into the indexes of the pools of this queue that `of_these` wants. Returns
  -- where to go on.
  local function fill(q, set, cursor, of_these)
    local ids = call('ZRANGE', set, cursor == '' and '-' or '(' .. cursor, '+', 'BYLEX', 'LIMIT', 0, CHUNK)
    for i = 1, #ids do
      local a = agent(ids[i])
      if a then renew(a, q.channel, of_these) end
    end
    return ids[CHUNK]
  end

  -- Those who wait for one agent, CHUNK by CHUNK: whoever was freed meanwhile has passed them over.
  local function finish_personal(q, n, cursor)
    local ids = call('ZRANGE', key('personal', q.id), cursor == '' and '-' or '(' .. cursor, '+', 'BYLEX', 'LIMIT', 0, CHUNK)
    for i = 1, #ids do
      local a = agent(kept(interaction(ids[i]), 'personal'))
      if a then free_agent(a) end
    end
    if ids[CHUNK] then timer('b|' .. q.id .. '|' .. n .. ':!' .. ids[CHUNK], now) end
  end

  -- Those in line and those whose ring is short, matched with whoever is there.
  local function match(name)
    drain_pool(name, '')
    local short = call('ZRANGE', key('short', name), 0, OFFERS - 1)
    for i = 1, #short do retry(interaction(short[i])) end
  end

  local function build_pool(q, name, n, cursor)
    local pool = q.pools[name]
    if not pool or digits(pool.build) ~= n then return end
    local last = fill(q, key('here', q.id), cursor, function(p) return p[1] == name end)
    if last then timer('b|' .. name .. '|' .. n .. ':' .. last, now)
    else pools.built(q, name) end
    pools.filling = name
    match(name)
    pools.filling = nil
  end

  -- Score the waiting anew, then index the members who are here, then match. n counts the queue's rebuilds:
  -- the timer of one that a later change overtook does nothing.
  function building.go_on(name, n, cursor)
    local id = queue_of(name)
    local q = queue(id)
    if not q then return end
    if reconciling then -- nobody is offered anything before all is restored
      timer('b|' .. name .. '|' .. n .. ':' .. cursor, now)
      return
    end
    if name ~= id then return build_pool(q, name, n, cursor) end
    if call('HGET', key('queue', id), 'rebuild') ~= n then return end
    if q.state == 'ready' and byte(cursor) == 33 then return finish_personal(q, n, string.sub(cursor, 2)) end
    if q.state ~= 'building' then return end
    if rescore(q) then
      timer('b|' .. id .. '|' .. n .. ':', now)
      return
    end
    if cursor == '' or byte(cursor) == 64 then
      local last = rescore_personal(q, string.sub(cursor, 2))
      if last then
        timer('b|' .. id .. '|' .. n .. ':@' .. last, now)
        return
      end
      cursor = ''
    end
    -- who is a member of a queue that was not there before is only known from the agents
    local fresh = call('HEXISTS', key('queue', id), 'fresh') == 1
    local last = fill(q, fresh and key('agents') or key('here', id), cursor, function(p) return p[5] == id end)
    if last then
      timer('b|' .. id .. '|' .. n .. ':' .. last, now)
      return
    end
    q.state, q.dirty = 'ready', true
    if fresh then call('HDEL', key('queue', id), 'fresh') end
    for _, line in ipairs(lines_of(q)) do match(line) end
    finish_personal(q, n, '')
    limits.built(q)
  end
end
