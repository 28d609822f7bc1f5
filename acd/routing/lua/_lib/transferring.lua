-- A transfer to a colleague: an offer to one, while the giver has it still.
-- Kept in `more`: transfer {to, since, waits}.
--- include("sharing")

-- Offer it to the target of its transfer; the giver stays the owner.
function sharing.ask(x, a)
  local q = queue(x.queue)
  sharing.part(x, a)
  local n = x.offers + 1
  local number, deadline = digits(n), now + q.ring_ms
  local reasons = '{"strategy":"transfer","keys":[],"eligible":1,"next":null,"priority":' .. digits(picking.priority(a, q))
    .. ',"by":"' .. x.agent .. '"' .. picking.why_pool(x) .. ',"config":' .. q.version .. '}'
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

-- So long a transfer waits for a target who is full: the customer talks on with the giver meanwhile, who shall not find
-- out an hour later that it is gone.
sharing.WAIT_MS = 300000

-- To the giver: it is asked of the target now, or once they have room.
function sharing.say_started(x, to, waits)
  emit('transfer.started', describe(x, nil, x.agent), '{"to":"' .. to .. '","waits":' .. tostring(waits) .. '}', agent(x.agent))
end

-- waits: the target is full, and is asked when they have room, if that comes in time.
function sharing.transfer(x, a, waits)
  keep(x, 'transfer', {to = a.id, since = now, waits = waits})
  sharing.say_started(x, a.id, waits)
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
  sharing.say_started(x, a.id, false)
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
