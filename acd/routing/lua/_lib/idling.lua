-- Idle chats: a silent customer's chat gives its slot back and stays open; the next message gets it back.
-- The open idle chats of an agent are the set `idle:<agent>`.
--- include("presence")
local idling = {}
do
  local MOVE_MS = 10000 -- a timer is moved no oftener
  local END_MS = 86400000 -- one that nobody comes back to ends after a day: they may answer the next morning

  -- The customer said nothing for the queue's time. At most two idle chats for each that may be active: with these,
  -- at most three times as many are open. again_from: it fell due in an outage that ended then.
  function idling.fall_silent(x, again_from)
    local q, a = queue(x.queue), agent(x.agent)
    local idle_ms = q.rules.idle
    if not idle_ms then return end
    if again_from or kept(x, 'transfer') or kept(x, 'guests')
      or call('SCARD', key('idle', a.id)) >= 2 * a.capacity.max[1] then
      timer('i|' .. x.id, (again_from or now) + idle_ms)
      return
    end
    free_slot(x, a, 1, true)
    times.pause(x, now)
    call('SADD', key('idle', a.id), x.id)
    timer('i|' .. x.id, now + END_MS)
    set_state(x, 'idle')
    emit('interaction.idle', describe(x, nil, a.id), '{}', a, x)
  end

  -- The owner has it again, over the maximum if need be.
  local function regain(x, a, q)
    hold(a, 1, x.id)
    x.accepted = now
    set_state(x, 'active')
    emit('interaction.regained', describe(x, nil, a.id), '{}', a, x, card_of(x))
    sharing.watch(x, q)
    settling.exceed(a, 'customer_returned')
  end

  -- Its owner is gone: it waits anew, since this message, for them if they can and for anybody else.
  local function wait_anew(x, a, q)
    local owner = x.agent
    untimer('i|' .. x.id)
    count(q, 0, -1)
    x.agent = ''
    x.enqueued = now
    times.wait_anew(x)
    keep(x, 'sticky', owner)
    set_state(x, 'waiting')
    emit('interaction.requeued', describe(x, nil, owner), '{"reason":"owner_gone","enqueued_ms":' .. digits(now) .. '}',
      a or nil, x)
    x.lined = false
    wait.vouch(x, q)
    retry(x)
  end

  local function moved(x, q)
    if not q.rules.idle or q.channel ~= 1 then return false end
    local at = armed('i|' .. x.id)
    if at and now + q.rules.idle < at + MOVE_MS then return false end
    timer('i|' .. x.id, now + q.rules.idle)
    return true
  end

  -- The customer wrote. Returns what it did: moved, regained, requeued, or nil for nothing.
  function idling.hear(x)
    local q = (x.state == 'active' or x.state == 'idle' or x.wrap > 0) and queue(x.queue)
    if not q then return nil end
    if x.state == 'active' then return moved(x, q) and 'moved' or nil end
    local a = agent(x.agent)
    local here = a and not a.gone and not desk.offline(a.presence, 1)
    if x.state == 'idle' then
      call('SREM', key('idle', x.agent), x.id)
      if here then regain(x, a, q) else wait_anew(x, a, q) end
      return here and 'regained' or 'requeued'
    end
    -- ended, and its slot in wrap-up: that slot is active again
    if not here or q.channel ~= 1 or q.state == 'closing' then return nil end
    untimer('w|' .. x.id)
    call('ZREM', key('ended'), x.id)
    release(a, 1, x.id, false)
    times.pause(x, x.since)
    count(q, 0, 1)
    x.outcome, x.wrap, x.extended = '', 0, false
    regain(x, a, q)
    return 'regained'
  end
end
