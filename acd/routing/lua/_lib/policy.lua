-- What a queue makes of those it does not keep: on to another queue, a callback, or an end.
-- Kept in `more`: diverted (what was made of it), rule (by which). Timers: m (max wait), e (nobody here), h (closing).
--- include("callback")
local policy = {}
do
  local HOPS = 3 -- so many queues may pass one on
  policy.MOST = 64 -- so many are moved or ended by one script
  forget[#forget + 1] = function() policy.left = policy.MOST end

  local function overflow(x, to, rule)
    local t, hops = queue(to), kept(x, 'hops') or {}
    if not t or t.state == 'closing' or t.channel ~= channel_of(x.queue) or to == x.queue or #hops >= HOPS then
      return false
    end
    for i = 1, #hops do
      if hops[i] == to then return false end
    end
    moving.to(x, to, rule)
    if not limits.keeps_place(x) then policy.admit(x, t) end
    return true
  end

  -- rule: closed, nobody, full (at the arrival), max_wait, closing, removed.
  function limits.divert(x, q, rule)
    local r = q.rules
    local d = rule == 'closing' and r.at_close or r['on_' .. rule]
    local to = d and d.to or 'reject'
    if to == 'overflow' then
      if overflow(x, d.queue, rule) then return end
      to = 'reject'
    end
    keep(x, 'rule', rule)
    if to == 'callback' then
      callback.ask(x, '', rule)
      return
    end
    keep(x, 'diverted', to)
    finish(x, to == 'reject' and 'rejected' or to, 'system', false, rule)
  end

  -- The last thing a queue made of it, or ''.
  function policy.diverted(x)
    return kept(x, 'diverted') or kept(x, 'callback') and 'callback' or kept(x, 'hops') and 'overflow' or ''
  end

  -- How many but this one wait in a queue by this script and were not tried yet: in no line, but of its length.
  function limits.untried(q, but)
    local n = 0
    for _, x in pairs(interactions) do
      if x and x ~= but and x.queue == q.id and x.state == 'waiting' and x.lined == false then n = n + 1 end
    end
    return n
  end

  -- One comes into a queue; what becomes of it where the queue does not keep it.
  function policy.admit(x, q)
    local rule = limits.refuses(q, x)
    if rule then limits.divert(x, q, rule) end
  end

  -- Act on each that waits in the queue: over all its pools, then those who wait for one agent alone. The rest is left
  -- to a timer of that letter, which is due now and carries the cursor: `pool~score:id`, then `@id`. Says whether it
  -- was put off, by the very timer that asked for it.
  local function each(q, letter, cursor, act)
    if q.state == 'building' then -- its lines are being made
      timer(letter .. '|' .. q.id .. '|' .. cursor, now + 1000)
      return true
    end
    local from, place = string.match(cursor, '^([^~]*)~?(.*)$')
    local names = byte(cursor) == 64 and {} or lines_of(q)
    table.sort(names)
    for i = 1, #names do
      local pool = names[i]
      if pool >= from then
        local ids, behind = walk.page(pool, pool == from and place or '', policy.left)
        for k = 1, #ids do act(interaction(ids[k])) end
        policy.left = policy.left - #ids
        if policy.left <= 0 then
          timer(letter .. '|' .. q.id .. '|' .. pool .. '~' .. behind, now)
          return
        end
      end
    end
    local after = names[1] and '-' or '(' .. string.sub(cursor, 2)
    local ids = call('ZRANGE', key('personal', q.id), after, '+', 'BYLEX', 'LIMIT', 0, policy.left)
    for i = 1, #ids do act(interaction(ids[i])) end
    policy.left = policy.left - #ids
    if policy.left <= 0 then timer(letter .. '|' .. q.id .. '|@' .. ids[#ids], now) end
  end

  -- The rules changed: those in line are asked for by the new ones.
  function policy.rearm(q)
    if q.rules.max_wait then timer('m|' .. q.id .. '|', now) end
    if q.rules.on_nobody then limits.left(q.id) end
    if q.rules.at_close and limits.closed_since(q) then timer('h|' .. q.id .. '|', now) end
  end

  -- One that waits, or (by its name) a queue whose waiting are armed anew.
  function policy.max_wait(id, cursor)
    local q = string.find(id, '/', 1, true) and queue(id)
    if q then
      each(q, 'm', cursor, function(x) limits.arm(x, q) end)
      return
    end
    local x = interaction(id)
    if not x or x.state ~= 'waiting' then return end
    q = queue(x.queue)
    if limits.applies(x, q) then retry(x) else limits.arm(x, q) end
  end

  function policy.nobody(id, cursor)
    local q = queue(id)
    if not q or not q.rules.on_nobody or call('ZCARD', key('here', id)) > 0 then return end
    each(q, 'e', cursor, function(x)
      if not limits.keeps_place(x) then limits.divert(x, q, 'nobody') end
    end)
  end

  -- The queue closes; the next time is known from its hours.
  function policy.close(id, cursor)
    local q = queue(id)
    if not q then return end
    local put_off = limits.closed_since(q) and q.rules.at_close and each(q, 'h', cursor, function(x)
      if limits.applies(x, q) then retry(x) end
    end)
    local next_close = limits.closes_at(q)
    if next_close and not put_off then timer('h|' .. id .. '|', next_close) end
  end
end
