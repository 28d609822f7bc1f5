-- Pools of a queue: made when first required, filled in chunks by a timer, dropped when unused for an hour.
-- Kept in `more`: requires (the text of the requirement), step (how many steps of `relax` have opened it).
--- include("interaction")
local pools = {}
forget[#forget + 1] = function() pools.filling = nil end
do
  local MOST = 64 -- a queue
  local UNUSED_MS, NOTED_MS = 3600000, 60000

  local function store(q, list)
    local stored = {}
    for i = 1, #list do stored[i] = {list[i].name, list[i].ready, list[i].used, list[i].build} end
    q.pools_text = pack(stored)
    q.pools, q.dirty = flow.pools(q.pools_text), true
  end

  -- Store the list with one pool changed, added, or (with nil) taken out.
  local function put(q, name, pool)
    local list = {}
    for i = 1, #q.pools do
      local one = q.pools[i]
      if one.name ~= name then list[#list + 1] = one elseif pool then list[#list + 1], pool = pool, nil end
    end
    list[#list + 1] = pool
    store(q, list)
  end

  -- It is required now. Noted once a minute.
  local function use(q, pool)
    if now - pool.used >= NOTED_MS then
      put(q, pool.name, {name = pool.name, ready = pool.ready, used = now, build = pool.build})
    end
  end

  -- Make it if it is not there; nil if the queue has as many as it may.
  local function ensure(q, name)
    if name == q.id then return name end
    local pool = q.pools[name]
    if pool then
      use(q, pool)
      return name
    end
    if #q.pools >= MOST then return nil end
    local build = call('HINCRBY', key('queue', q.id), 'build', 1)
    put(q, name, {name = name, ready = false, used = now, build = build})
    config = config + 1
    recompile_all()
    timer('b|' .. name .. '|' .. digits(build) .. ':', now)
    timer('u|' .. name, now + UNUSED_MS)
    return name
  end

  function pools.used(q, name)
    if q.pools[name] then use(q, q.pools[name]) end
  end

  -- All who are here stand in its indexes now.
  function pools.built(q, name)
    local pool = q.pools[name]
    put(q, name, {name = name, ready = true, used = pool.used, build = pool.build})
  end

  -- Whether all who are here stand in its indexes.
  function pools.ready(q, name)
    return name == q.id or (q.pools[name] and q.pools[name].ready)
  end

  -- Whether it offers: a queue's own line while the queue is not built anew; a pool once it is filled, and while it is
  -- after each chunk, when `filling` names it.
  function pools.serves(q, name)
    return q.state == 'ready' and (name == pools.filling or pools.ready(q, name))
  end

  -- The first skill it requires that nobody declared, or nil. What there is a pool for was declared.
  function pools.undeclared(q, text)
    if text == '' or q.pools[requirement.pool(q.id, text)] then return nil end
    local names = {}
    for i, need in ipairs(requirement.of(text)) do names[i] = need[1] end
    local known = call('SMISMEMBER', key('skills'), unpack(names))
    for i = 1, #names do
      if known[i] == 0 then return names[i] end
    end
    return nil
  end

  -- What is left of the requirement now, how many steps have opened it, and when the next one does (nil: never).
  local function opened(x, q, text)
    local steps, at = q.rules.relax or {}, 0
    for i = 1, #steps do
      if x.enqueued + steps[i].after > now then return text, at, x.enqueued + steps[i].after end
      text, at = requirement.relaxed(text, steps[i].level), i
    end
    return text, at, nil
  end

  -- Settle on the pool for the time it will stand in a line, which it does not now. Called wherever a wait begins or
  -- goes on, so that steps that came due during a ring count, and a pool dropped meanwhile is made again.
  function pools.settle(x, q)
    local text = kept(x, 'requires')
    if not text or q.state == 'closing' then return end
    local left, step, next_at = opened(x, q, text)
    local name = ensure(q, requirement.pool(q.id, left))
    if not name then
      emit('pool.refused', describe(x), '{"pool":"' .. requirement.pool(q.id, left) .. '"}')
      keep(x, 'requires', nil)
      untimer('p|' .. x.id)
      place_in(x, x.queue, q.id)
      return
    end
    -- those it may be opened to are filled meanwhile
    local steps = q.rules.relax or {}
    for i = step + 1, #steps do ensure(q, requirement.pool(q.id, requirement.relaxed(left, steps[i].level))) end
    if next_at then timer('p|' .. x.id, next_at) end
    if name ~= x.pool then place_in(x, x.queue, name) end
    local before = kept(x, 'step') or 0
    if step ~= before then keep(x, 'step', step > 0 and step or nil) end
    if step > before then
      emit('interaction.relaxed', describe(x), '{"pool":"' .. name .. '","step":' .. step .. '}')
    end
  end

  -- It waits no more.
  function pools.leave(x)
    if kept(x, 'requires') then untimer('p|' .. x.id) end
  end

  -- Unused for an hour: gone at once. Agents forget it at their next change, their list being older.
  function pools.unused(name)
    local q = queue(queue_of(name))
    local pool = q and q.pools[name]
    if not pool then return end
    if pool.used + UNUSED_MS > now then
      timer('u|' .. name, pool.used + UNUSED_MS)
    elseif call('EXISTS', key('line', name), key('rescore', name), key('short', name)) > 0 then
      timer('u|' .. name, now + UNUSED_MS)
    else
      put(q, name, nil)
      index_all()
      config = config + 1
      recompile_all()
      call('UNLINK', key('free', name), key('here', name))
      call('HDEL', key('lines'), name, '~' .. name)
      call('HDEL', key('queue', q.id), 'rate:' .. name)
    end
  end
end
