-- Explaining: what decides whether an agent is asked for an interaction, read and told, never changed.
--- include("reading")
--- include("pool")
local explaining = {PAGE = 100}
do
  local KINDS = {d = 'declined', e = 'missed', f = 'failed', g = 'given'}

  -- Who is not asked for this interaction again, and until when.
  local function exclusions_of(x)
    local found = {}
    for who, limit, kind in string.gmatch(x.excluded, '([^|;]+)|(%d+)|(%l);') do
      if tonumber(limit) > now then found[who] = {KINDS[kind], tonumber(limit)} end
    end
    return found
  end

  -- The agents who stand in the free index and would be passed over.
  local function passed_over(x, excluded)
    local ids, entries = {}, {}
    for id in pairs(excluded) do ids[#ids + 1] = id end
    for i = 1, #x.live do
      if not excluded[x.live[i].agent] then ids[#ids + 1] = x.live[i].agent end
    end
    if not ids[1] then return entries end
    local scores = call('ZMSCORE', key('free', x.pool), unpack(ids))
    for i = 1, #ids do
      if scores[i] then entries[#entries + 1] = {tonumber(scores[i]), ids[i]} end
    end
    return entries
  end

  -- Whom the order would ask as which: the 1-based place, and among how many a lot decides (1: none).
  local function place_in_order(x, q, id, passed)
    local free = key('free', x.pool)
    local score = call('ZSCORE', free, id)
    if not score then return 0, 0 end
    local mine, before, beside = tonumber(score), 0, 0
    for i = 1, #passed do
      if passed[i][1] < mine then before = before + 1
      elseif passed[i][1] == mine then
        beside = beside + 1
        if passed[i][2] < id then before = before + 1 end
      end
    end
    if order(q.order).fine ~= 'z' then return call('ZRANK', free, id) + 1 - before, 1 end
    local below = 0
    for i = 1, #passed do if passed[i][1] < mine then below = below + 1 end end
    return call('ZCOUNT', free, '-inf', '(' .. score) - below + 1, call('ZCOUNT', free, score, score) - beside
  end

  -- Every reason why the agent is not asked, the plainest first; none: they are.
  local function reasons_of(x, q, a, v, excluded)
    local why, channel = {}, channel_of(x.queue)
    if not string.find(';' .. v.memberships, ';' .. x.queue .. '|', 1, true) then why[1] = {'not_member'} end
    local letter = string.sub(a.presence, channel, channel)
    if letter == 'f' or letter == 'd' then why[#why + 1] = {'finishing'}
    elseif letter == 'o' then why[#why + 1] = {'offline'}
    elseif letter ~= 'a' then why[#why + 1] = {'away', v.reason} end
    if a.grace ~= '' then why[#why + 1] = {'grace', tonumber(a.grace)} end
    local n, c = a.n, a.capacity
    local used = 0
    for k = 1, 3 do used = used + n[k] * c.weight[k] end
    if n[channel] >= c.max[channel] then why[#why + 1] = {'full', n[channel], c.max[channel]}
    elseif not c.interrupts[channel] and used + c.weight[channel] > c.total then
      why[#why + 1] = {'capacity', used, c.weight[channel], c.total}
    end
    local skills = cjson.decode(v.skills)
    for _, one in ipairs(x.pool ~= x.queue and requirement.of(x.pool) or {}) do
      local has = skills[one[1]] or 0
      if has < one[2] then why[#why + 1] = {'skill', one[1], one[2], has} end
    end
    if excluded[a.id] then why[#why + 1] = excluded[a.id] end
    local personal = kept(x, 'personal')
    if personal and personal ~= a.id then why[#why + 1] = {'reserved', personal} end
    if a.gone then why[#why + 1] = {'removed'} end
    return why
  end

  local function standing_of(x, q, id, v, excluded, passed)
    local a = desk.look(id)
    for i = 1, #x.live do
      local o = x.live[i]
      if o.agent == id then return {id, 'offered', 0, 0, x.id .. '.' .. digits(o.n), o.deadline, {}} end
    end
    local guests = kept(x, 'guests')
    if x.agent == id and x.state ~= 'waiting' or guests and guests[id] then return {id, 'holder', 0, 0, '', 0, {}} end
    local why = reasons_of(x, q, a, v, excluded)
    if why[1] then return {id, 'excluded', 0, 0, '', 0, why} end
    local place, tied = 0, 0
    if q then place, tied = place_in_order(x, q, id, passed) end
    return {id, 'eligible', place, tied, '', 0, {}}
  end

  -- The agents after that one who belong to the interaction's department, out of the next PAGE agents there are.
  function explaining.page(x, after)
    local q, found = queue(x.queue), {}
    local department = ';' .. string.match(x.queue, '^[^/]+') .. '/'
    local channel = channel_of(x.queue)
    local excluded = exclusions_of(x)
    local passed = passed_over(x, excluded)
    local ids = call('ZRANGE', key('agents'), after == '' and '-' or '(' .. after, '+', 'BYLEX', 'LIMIT', 0, explaining.PAGE + 1)
    for i = 1, math.min(#ids, explaining.PAGE) do
      local f = call('HMGET', key('agent', ids[i]), 'memberships', 'skills', 'reason' .. channel)
      if f[1] and (string.find(';' .. f[1], department, 1, true) or x.agent == ids[i]) then
        found[#found + 1] = standing_of(x, q, ids[i],
          {memberships = f[1], skills = f[2], reason = f[3] or ''}, excluded, passed)
      end
    end
    return found, #ids > explaining.PAGE and ids[explaining.PAGE] or ''
  end

  -- What the queue and the interaction add to it.
  function explaining.facts(x)
    local q = queue(x.queue)
    local state = q and q.state or ''
    if state == 'ready' and not pools.ready(q, x.pool) then state = 'building' end
    local told = {pool = x.pool, queue_state = state, asked = x.offers,
      requires = kept(x, 'requires') or '', step = kept(x, 'step') or 0, sticky = kept(x, 'sticky') or '',
      sticky_until = kept(x, 'sticky_until') or 0, personal = kept(x, 'personal') or ''}
    if q then
      told.strategy, told.order, told.version = q.strategy, q.strict and 'strict' or 'aging', tonumber(q.version)
      told.free, told.here = call('ZCARD', key('free', x.pool)), call('ZCARD', key('here', x.pool))
      told.waiting = call('ZCARD', key('line', x.pool)) + call('ZCARD', key('rescore', x.pool))
      told.relax = cjson.encode(q.rules.relax or {})
      told.open = limits.closed_since(q) == nil
      told.closes_at, told.opens_at = limits.closes_at(q) or 0, limits.opens_at(q) or 0
    end
    return cjson.encode(told)
  end
end
