-- Its change of hands: from the line, or from the owner of before, to an agent who has it from now on.
--- include("transferring")
--- include("estimate")
--- include("times")

-- It has another owner, who holds a slot of it; the one before learns who.
function sharing.pass(x, a, q)
  local before = x.agent ~= '' and agent(x.agent)
  if x.state == 'idle' then call('SREM', key('idle', x.agent), x.id) end
  x.agent, x.winner = a.id, a.id
  change(x)
  -- nobody had it, or who had it idle was removed; or it is given back to who had it idle
  if not before or before == a then return end
  emit('transfer.completed', describe(x, nil, before.id), '{"to":"' .. a.id .. '"}', before)
  if x.state ~= 'idle' then sharing.hand_off(x, before, q) end
end

-- The line, the ring or the contact's grace is over, since somebody has it now.
function sharing.out_of_line(x, q, by)
  if x.state == 'waiting' then line_remove(x)
  elseif x.state == 'ringing' then
    withdraw_all(x, 'taken', by)
    short_remove(x)
    count(q, -1, 0)
  end
  wait.over(x)
  if x.more then
    for _, name in ipairs({'sticky', 'sticky_until'}) do
      if kept(x, name) then keep(x, name, nil) end
    end
    local back = kept(x, 'callback')
    if back and back.next_ms then
      untimer('q|' .. x.id)
      back.next_ms = nil
      keep(x, 'callback', back)
    end
  end
end

-- waited: in ms, where a wait ended by it; nil where somebody had it before.
function sharing.assigned(x, a, cause, by, waited, fence)
  emit('interaction.assigned', describe(x, nil, a.id), '{"cause":"' .. cause .. '","by":' .. quoted(by) .. ',"state":"'
    .. x.state .. '"' .. (waited and ',"waited_ms":' .. digits(waited) or '') .. fence .. '}', a, x, card_of(x))
end

-- It is this agent's by a human act, wherever it is: capacity may be exceeded, and that is said.
function sharing.take(x, a, cause, by)
  local q, before, waited = queue(x.queue), x.state, nil
  if before == 'active' or before == 'idle' then
    if kept(x, 'transfer') then sharing.bring_back(x, 'taken') end
    sharing.part(x, a)
    sharing.pass(x, a, q)
    if before == 'idle' then x.accepted = now end
  else
    waited = times.this_wait(x, now)
    sharing.out_of_line(x, q, a.id)
    sharing.part(x, a)
    sharing.pass(x, a, q)
    x.accepted = now
    count(q, 0, 1)
    count_served(q)
    estimate.count(q, x, before == 'waiting' and now or x.ring_ms)
  end
  hold(a, q.channel, x.id)
  x.won = 0
  local fence = ''
  local connect_ms = sharing.connect_ms(x, q)
  if connect_ms then
    -- what connects it names an offer
    x.offers = x.offers + 1
    x.won = x.offers
    sharing.remember(x, digits(x.offers), 'a')
    -- whom it is given to has not been asked: it rings there as long as an offer does
    local until_ms = now + connect_ms + (cause == 'assigned' and q.ring_ms or 0)
    fence = ',"offer":"' .. x.id .. '.' .. digits(x.offers) .. '","until_ms":' .. digits(until_ms)
    timer('n|' .. x.id .. '|' .. x.won, until_ms)
  end
  set_state(x, connect_ms and 'connecting' or 'active')
  sharing.assigned(x, a, cause, by, waited, fence)
  sharing.watch(x, q)
  settling.exceed(a, cause)
end

-- The consulted guest is the owner now, the owner in wrap-up or a guest.
function sharing.swap(x, a, stay)
  local q, before = queue(x.queue), agent(x.agent)
  if kept(x, 'transfer') then sharing.bring_back(x, 'taken') end
  local guests = kept(x, 'guests')
  guests[a.id] = nil
  if stay then guests[before.id] = 'guest' end
  keep(x, 'guests', next(guests) and guests or nil)
  emit('guest.left', describe(x, nil, a.id), '{"reason":"owner"}', a)
  x.agent, x.winner, x.won = a.id, a.id, 0
  touch(a)
  emit('transfer.completed', describe(x, nil, before.id), '{"to":"' .. a.id .. '"}', before)
  sharing.assigned(x, a, 'consulted', before.id, nil, '')
  if stay then
    touch(before)
    emit('guest.joined', describe(x, nil, before.id), '{"role":"guest","by":"' .. before.id .. '"}', before)
  else sharing.hand_off(x, before, q) end
end
