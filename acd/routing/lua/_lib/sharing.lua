-- What more than one agent has of an interaction: guests, a transfer that the target has not answered, the wrap-up of
-- those who gave it away, and its change of hands.
-- Kept in `more`: guests {agent = role}, transfer {to, since, waits}, wraps {agent = {until_ms, extended}}.
-- An agent has one slot of an interaction at most, whatever for. (`sharing` itself is declared in offer.lua.)
--- include("drain")
--- include("estimate")

-- The ids of a map in their order: `pairs` has none that could be explained.
function sharing.ids(map)
  local ids = {}
  for id in pairs(map or {}) do ids[#ids + 1] = id end
  table.sort(ids)
  return ids
end

function sharing.keep_map(x, name, map)
  keep(x, name, next(map) and map or nil)
end

-- What the agent has of it: owner, guest, consult, wrap_up (gave it away), offered, or nil.
function sharing.role(x, id)
  local more = x.more or {}
  if more.guests and more.guests[id] then return more.guests[id] end
  if more.wraps and more.wraps[id] then return 'wrap_up' end
  if rings(x, id) or more.transfer and more.transfer.to == id then return 'offered' end
  if x.agent == id and x.state ~= 'ended' then return 'owner' end
  return nil
end

-- Whether it holds one of the agent's slots.
function sharing.holds(x, id)
  local role = sharing.role(x, id)
  if role == 'owner' then return x.state == 'active' or x.state == 'connecting' end
  if role == 'offered' then return rings(x, id) end
  return role ~= nil or (x.agent == id and x.state == 'ended' and x.wrap > 0)
end

function sharing.as_list(ids)
  return ids[1] and '["' .. table.concat(ids, '","') .. '"]' or '[]'
end

-- Guests hold a slot and never win.
function sharing.join(x, a, role, by)
  local guests = kept(x, 'guests') or {}
  guests[a.id] = role
  keep(x, 'guests', guests)
  hold(a, channel_of(x.queue), x.id)
  emit('guest.joined', describe(x, nil, a.id), '{"role":"' .. role .. '","by":"' .. by .. '"}', a, x, card_of(x))
end

function sharing.leave(x, a, reason)
  local guests = kept(x, 'guests')
  guests[a.id] = nil
  sharing.keep_map(x, 'guests', guests)
  release(a, channel_of(x.queue), x.id, reason ~= 'owner')
  free_agent(a)
  emit('guest.left', describe(x, nil, a.id), '{"reason":"' .. reason .. '"}', a, x)
end

-- Whoever is consulted, or nil.
function sharing.consulted(x)
  for id, role in pairs(kept(x, 'guests') or {}) do
    if role == 'consult' then return id end
  end
  return nil
end

-- The slot of an owner who has it no longer: held for the wrap-up of that queue, or free.
function sharing.hand_off(x, a, q)
  if q.wrap_up_ms == 0 or a.gone then
    release(a, q.channel, x.id, true)
    free_agent(a)
    return
  end
  local until_ms = now + q.wrap_up_ms
  local wraps = kept(x, 'wraps') or {}
  wraps[a.id] = {until_ms, false}
  keep(x, 'wraps', wraps)
  timer('w|' .. x.id .. '|' .. a.id, until_ms)
  emit('wrap_up.started', describe(x, nil, a.id), '{"until_ms":' .. until_ms .. '}', a)
  touch(a)
end

function sharing.unwrap(x, a, by)
  local wraps = kept(x, 'wraps')
  wraps[a.id] = nil
  sharing.keep_map(x, 'wraps', wraps)
  untimer('w|' .. x.id .. '|' .. a.id)
  emit('wrap_up.ended', describe(x, nil, a.id), '{"by":"' .. by .. '"}', a)
  release(a, channel_of(x.queue), x.id, true)
  free_agent(a)
end

-- Before the agent gets another slot of it, the one they have is free.
function sharing.part(x, a)
  local more = x.more
  if not more then return end
  if more.guests and more.guests[a.id] then sharing.leave(x, a, 'owner') end
  if more.wraps and more.wraps[a.id] then sharing.unwrap(x, a, 'system') end
end

-- Why no slot can be given to this agent on the channel, or nil. A human act that may exceed capacity, or be done
-- by somebody on a break, asks only whether they are here at all.
function sharing.absent(a, channel)
  if not a or a.gone then return 'unknown_agent' end
  if byte(a.presence, channel) == 111 or a.grace ~= '' then return 'not_here' end
  return nil
end

function sharing.refusal(a, channel)
  local absent = sharing.absent(a, channel)
  if absent == 'unknown_agent' then return absent end
  if not a.lists[channel][1] then return 'other_channel' end -- nothing of the channel would ever ring there
  if absent then return absent end
  if byte(a.presence, channel) ~= 97 then return 'not_here' end
  return not has_room(a, channel) and 'full' or nil
end

-- Why the owner cannot hand it on, or nil.
function sharing.not_owned(x, id)
  if not x then return 'unknown' end
  if x.agent ~= id or x.state == 'waiting' then return 'not_owner' end
  if x.state == 'ended' then return 'ended' end
  if x.state ~= 'active' then return 'not_active' end
  return nil
end

-- Offer it to the target of its transfer; the giver stays the owner.
function sharing.ask(x, a)
  local q = queue(x.queue)
  sharing.part(x, a)
  local n = x.offers + 1
  local number, deadline = digits(n), now + q.ring_ms
  local reasons = '{"strategy":"transfer","keys":[],"eligible":1,"next":null,"config":' .. q.version .. '}'
  x.offers, x.ring_n = n, 1
  reserve(a, q.channel, x.id)
  x.live[1] = {n = n, agent = a.id, deadline = deadline, made = now, delivered = false, extended = false, why = reasons}
  change(x)
  timer('o|' .. x.id .. '|' .. number, math.min(deadline, now + q.delivery_ms))
  emit('offer.made', describe(x, number, a.id), '{"deadline_ms":' .. digits(deadline) .. ',"ring_ms":' .. digits(q.ring_ms)
    .. ',"why":' .. reasons .. ',"channel":"' .. NAMES[q.channel] .. '","enqueued_ms":' .. digits(x.enqueued)
    .. ',"level":' .. digits(x.level) .. ',"transfer":"' .. x.agent .. '"}', a, nil, card_of(x))
end

-- The target's personal line, in which it stands while they are full.
function sharing.line_of(x, id)
  return personal_line(id, channel_of(x.queue))
end

function sharing.out_of_personal(x, t)
  if not t.waits then return end
  untimer('t|' .. x.id)
  if call('ZREM', key('line', sharing.line_of(x, t.to)), x.id) == 1 then call('HINCRBY', key('lines'), '@' .. t.to, -1) end
end

-- waits: the target is full, and is asked when they have room, if that comes within WAIT_MS.
sharing.WAIT_MS = 300000

function sharing.transfer(x, a, waits)
  keep(x, 'transfer', {to = a.id, since = now, waits = waits})
  emit('transfer.started', describe(x, nil, x.agent), '{"to":"' .. a.id .. '","waits":' .. tostring(waits) .. '}', agent(x.agent))
  touch(agent(x.agent))
  if not waits then
    sharing.ask(x, a)
    return
  end
  call('ZADD', key('line', sharing.line_of(x, a.id)), due_of(queue(x.queue), x.level, x.enqueued), x.id)
  call('HINCRBY', key('lines'), '@' .. a.id, 1)
  timer('t|' .. x.id, now + sharing.WAIT_MS)
end

-- They have room now.
function sharing.ask_at_last(x, a)
  local t = kept(x, 'transfer')
  sharing.out_of_personal(x, t)
  t.waits = false
  keep(x, 'transfer', t)
  sharing.ask(x, a)
end

-- A transfer that the target did not take: the owner has it as before.
function sharing.bring_back(x, reason)
  local t = kept(x, 'transfer')
  local owner = agent(x.agent)
  if x.live[1] then withdraw(x, 1, reason) end
  sharing.out_of_personal(x, t)
  keep(x, 'transfer', nil)
  touch(owner)
  emit('transfer.returned', describe(x, nil, x.agent), '{"to":"' .. t.to .. '","reason":"' .. reason .. '"}', owner)
end

-- Nobody but the owner has anything of it any more, those in wrap-up apart.
function sharing.clear(x, reason)
  if kept(x, 'transfer') then sharing.bring_back(x, reason) end
  local guests = sharing.ids(kept(x, 'guests'))
  for i = 1, #guests do sharing.leave(x, agent(guests[i]), reason) end
end

-- It has another owner, who holds a slot of it; the one before learns who.
function sharing.pass(x, a, q)
  local before = x.agent ~= '' and agent(x.agent)
  if x.state == 'idle' then call('SREM', key('idle', x.agent), x.id) end
  x.epoch = x.epoch + 1
  x.agent, x.winner = a.id, a.id
  change(x)
  if not before then return end -- nobody had it, or who had it idle was removed
  emit('transfer.completed', describe(x, nil, before.id), '{"to":"' .. a.id .. '"}', before)
  if x.state ~= 'idle' then sharing.hand_off(x, before, q) end
end

-- A silent customer's chat gives its slot back when this runs out.
function sharing.watch(x, q)
  if q.rules.idle and q.channel == 1 then timer('i|' .. x.id, now + q.rules.idle) end
end

-- The line, the ring or the contact's grace is over, since somebody has it now.
function sharing.out_of_line(x, q, by)
  if x.state == 'waiting' then line_remove(x)
  elseif x.state == 'ringing' then
    withdraw_all(x, 'taken', by)
    short_remove(x)
    count(q, -1, 0)
  end
  if x.leased then call('ZREM', key('leases'), 'c|' .. x.id) end
  if x.lost > 0 then
    untimer('c|' .. x.id)
    x.lost = 0
  end
  if x.excluded ~= '' then untimer('x|' .. x.id) end
  if x.more then
    pools.leave(x)
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
  limits.disarm(x)
end

function sharing.assigned(x, a, cause, by, waited, fence)
  emit('interaction.assigned', describe(x, nil, a.id), '{"cause":"' .. cause .. '","by":' .. quoted(by) .. ',"state":"'
    .. x.state .. '","waited_ms":' .. digits(waited) .. fence .. '}', a, x, card_of(x))
end

-- It is this agent's by a human act, wherever it is: capacity may be exceeded, and that is said.
function sharing.take(x, a, cause, by)
  local q, before = queue(x.queue), x.state
  local waited = now - x.enqueued
  if before == 'active' or before == 'idle' then
    waited = x.accepted - x.enqueued
    if kept(x, 'transfer') then sharing.bring_back(x, 'taken') end
    sharing.part(x, a)
    sharing.pass(x, a, q)
  else
    sharing.out_of_line(x, q, a.id)
    sharing.part(x, a)
    sharing.pass(x, a, q)
    x.accepted = now
    count(q, 0, 1)
    count_served(q)
    estimate.count(q, x)
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
    fence = ',"offer":"' .. x.id .. '.' .. digits(x.offers) .. '"'
    timer('n|' .. x.id .. '|' .. x.offers, now + connect_ms)
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
  x.epoch, x.agent, x.winner, x.won = x.epoch + 1, a.id, a.id, 0
  touch(a)
  emit('transfer.completed', describe(x, nil, before.id), '{"to":"' .. a.id .. '"}', before)
  sharing.assigned(x, a, 'consulted', before.id, x.accepted - x.enqueued, '')
  if stay then
    touch(before)
    emit('guest.joined', describe(x, nil, before.id), '{"role":"guest","by":"' .. before.id .. '"}', before)
  else sharing.hand_off(x, before, q) end
end
