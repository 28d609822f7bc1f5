-- What more than one agent has of an interaction: guests, the wrap-up of those who gave it away; and who may have what.
-- Kept in `more`: guests {agent = role}, wraps {agent = {until_ms, extended}}.
-- An agent has one slot of an interaction at most, whatever for. (`sharing` itself is declared in offer.lua.)
--- include("drain")
--- include("wait")

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
  free_slot(x, a, channel_of(x.queue), reason ~= 'owner')
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
    free_slot(x, a, q.channel, true)
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
  free_slot(x, a, channel_of(x.queue), true)
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
  if desk.offline(a.presence, channel) or a.grace ~= '' then return 'not_here' end
  return nil
end

function sharing.refusal(a, channel)
  local absent = sharing.absent(a, channel)
  if absent == 'unknown_agent' then return absent end
  -- nothing of the channel would ever ring there
  if not a.lists[channel][1] or a.capacity.max[channel] == 0 then return 'other_channel' end
  if absent then return absent end
  if not desk.available(a.presence, channel) then return 'not_here' end
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

-- A silent customer's chat gives its slot back when this runs out.
function sharing.watch(x, q)
  if q.rules.idle and q.channel == 1 then timer('i|' .. x.id, now + q.rules.idle) end
end
