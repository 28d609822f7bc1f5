-- A callback keeps its place with nobody on the line: after the accept the customer is called, and tried again later.
-- Kept in `more`: callback {tries, number (an opaque reference), called (they answered), next_ms (of a next try), vain
-- (how often in a row no call could be made, nil for never)}.
-- Timers: n (while the customer is called), q (the next try).
--- include("moving")
local callback = {}
do
  local DIAL_MS, RETRY_MS, TRIES = 30000, 600000, 3
  local LONGEST_MS, DOUBLED = 3600000, 12
  local VAIN_MOST = 24 -- with pauses of an hour about a day

  -- What is known of the callback that it still is, or nil.
  function callback.pending(x)
    local back = kept(x, 'callback')
    return back and not back.called and back or nil
  end

  -- How long it takes at most until they speak with one another; nil where it is active at once. Whoever is called
  -- back on a call is dialled once the agent is connected.
  function sharing.connect_ms(x, q)
    local connect_ms = q.channel == 2 and q.connect_ms or nil
    if callback.pending(x) then return (q.rules.dial or DIAL_MS) + (connect_ms or 0) end
    return connect_ms
  end

  -- What waits, rings or is parked becomes a callback.
  function callback.ask(x, number, reason)
    wait.unvouch(x)
    x.leased = false
    limits.disarm(x)
    local before = kept(x, 'callback')
    if number == '' and before then number = before.number end
    keep(x, 'callback', {tries = 0, number = number})
    local parked, away = x.state == 'parked', x.lost > 0
    if away then
      untimer('c|' .. x.id)
      x.lost = 0
    end
    if parked then
      set_state(x, 'waiting')
      x.lined = false
    end
    emit('interaction.callback', describe(x), '{"reason":"' .. reason .. '","state":"' .. x.state .. '"}', nil, x)
    if away then retry(x) end
  end

  function callback.answered(x)
    local back, a, told = kept(x, 'callback'), agent(x.agent), times.told(x, true)
    untimer('n|' .. x.id .. '|' .. x.won)
    back.called = true
    keep(x, 'callback', back)
    set_state(x, 'active')
    emit('interaction.active', describe(x, nil, x.agent), told, a, x, card_of(x))
    touch(a)
  end

  -- How long until the next try. While no call can be made the pause doubles, up to an hour where the queue's own is
  -- shorter: whatever is in the way takes an agent's time at each try.
  local function pause(q, vain)
    local retry_ms = q.rules.retry or RETRY_MS
    if vain == 0 then return retry_ms end
    return math.min(retry_ms * 2 ^ math.min(vain - 1, DOUBLED), math.max(retry_ms, LONGEST_MS))
  end

  -- Nobody answered: the agent is free without wrap-up, and it is tried again later or given up. What they could not
  -- be called for (`not_called`) was no try; but a number that can never be called would ring agents for ever.
  function callback.unanswered(x, reason)
    local back, q, a = kept(x, 'callback'), queue(x.queue), agent(x.agent)
    local called = reason == 'no_answer'
    local vain = called and 0 or (back.vain or 0) + 1
    if called then back.tries = back.tries + 1 end
    back.vain = vain > 0 and vain or nil
    keep(x, 'callback', back)
    x.accepted = 0
    if back.tries >= (q.rules.tries or TRIES) or vain >= VAIN_MOST then
      finish(x, 'unreached', 'system', false, reason)
      return
    end
    untimer('n|' .. x.id .. '|' .. x.won)
    count(q, 0, -1)
    free_slot(x, a, q.channel, true)
    x.agent = ''
    back.next_ms = now + pause(q, vain)
    set_state(x, 'parked')
    timer('q|' .. x.id, back.next_ms)
    emit('interaction.parked', describe(x, nil, a.id), '{"until_ms":' .. digits(back.next_ms)
      .. ',"reason":"' .. reason .. '","tries":' .. back.tries .. '}', a, x)
  end

  -- The next try: back to its place in the line.
  function callback.again(x)
    local back, q = kept(x, 'callback'), queue(x.queue)
    if x.state ~= 'parked' or not back or not back.next_ms then return end
    back.next_ms = nil
    keep(x, 'callback', back)
    if not q then
      finish(x, 'rejected', 'system', false, 'removed')
      return
    end
    set_state(x, 'waiting')
    emit('interaction.resumed', describe(x), '{}', nil, x)
    x.lined = false
    retry(x)
  end
end
