-- Presence: what an agent said per channel, and the evidence for it.
--- include("ending")
-- `finishing` takes nothing new, and is away or offline once the last slot is free.
local LETTER = {available = 'a', away = 'w', offline = 'o'}
settling.FINISHING = {away = 'f', offline = 'd'}
local WORD = {a = 'available', w = 'away', o = 'offline', f = 'finishing', d = 'finishing'}
settling.AFTER = {f = 'away', d = 'offline'}

local function letter(a, channel)
  return string.sub(a.presence, channel, channel)
end

-- Interactions that hold one of the agent's slots.
local function held(a)
  local out = {}
  local ids = desk.held(a)
  table.sort(ids)
  for i = 1, #ids do
    local x = interaction(ids[i])
    if x then out[#out + 1] = x end
  end
  return out
end

local function offer_of(x, a)
  for i = 1, #x.live do
    if x.live[i].agent == a.id then return i end
  end
  return nil
end

-- Those who wait for this agent alone are tried again, a page a script: where there is no reason to wait any more,
-- they go on in their pool's line. cursor: behind whom it goes on; '' at first.
local function look_again(a, channel, cursor)
  local line = personal_line(a.id, channel)
  local ids, behind, all = walk.page(line, cursor, sticky.PAGE)
  for i = 1, #ids do
    local x = interaction(ids[i])
    if not kept(x, 'transfer') then retry(x)
    elseif not desk.available(a.presence, channel) then sharing.bring_back(x, 'agent_left') end
  end
  if not all then timer('s|' .. line .. '|' .. behind, now) end
end

-- Take back the agent's rings on a channel (nil: on all), without blame.
local function withdraw_rings(a, channel, reason)
  for _, x in ipairs(held(a)) do
    local at = offer_of(x, a)
    if at and (not channel or queue(x.queue).channel == channel) then
      withdraw(x, at, reason)
      ring_goes_on(x, reason)
    end
  end
end

-- after: what a `finishing` agent will be.
local function presence_event(a, channel, word, reason, cause, after)
  emit('presence.changed', about(a), '{' .. (channel and '"channel":"' .. NAMES[channel] .. '",' or '')
    .. '"availability":"' .. word .. '","reason":' .. quoted(reason) .. ',"cause":"' .. cause .. '"'
    .. (after and ',"after":"' .. after .. '"' or '') .. '}', a)
end

-- Say it on one channel, indexes and rings included; the caller emits the event.
local function say(a, channel, to, reason)
  local from = letter(a, channel)
  call('HSET', key('agent', a.id), 'reason' .. channel, reason)
  if from == to then return end
  a.presence = string.sub(a.presence, 1, channel - 1) .. to .. string.sub(a.presence, channel + 1)
  touch(a)
  if to == 'a' then
    set_here(a, channel, true)
    free_agent(a)
  elseif from == 'a' then
    set_here(a, channel, false)
    withdraw_rings(a, channel, 'agent_left')
    look_again(a, channel, '')
  end
end

-- The last slot of the channels on which they finish is free.
function settling.finish(a)
  local n, any = 0, false
  for channel = 1, 3 do
    if settling.AFTER[letter(a, channel)] then n, any = n + a.n[channel], true end
  end
  if n > 0 or not any then return end
  for channel = 1, 3 do
    local after = settling.AFTER[letter(a, channel)]
    if after then
      local reason = call('HGET', key('agent', a.id), 'reason' .. channel) or ''
      presence_event(a, channel, after, reason, 'finished')
      say(a, channel, LETTER[after], reason)
    end
  end
end

local function send_away(a, channel, reason)
  if not desk.available(a.presence, channel) then return end
  presence_event(a, channel, 'away', reason, reason)
  say(a, channel, 'w', reason)
end

-- A ring ended unanswered: counted, and after max_missed in a row the agent is away.
local function blame_missed(a, q)
  local missed = a.missed[q.channel] + 1
  a.missed[q.channel], a.failed[q.channel] = missed, 0
  touch(a)
  return missed
end

local misses = {}
do
  local MOST = 16

  -- What they missed, until they say that they are back: `id;id;…`, the newest of it; also where several rang, which
  -- blames nobody but keeps it from them all the same.
  function misses.note(a, x)
    local name, ids = key('agent', a.id), {}
    for id in string.gmatch(call('HGET', name, 'unanswered') or '', '[^;]+') do
      if id ~= x.id then ids[#ids + 1] = id end
    end
    ids[#ids + 1] = x.id
    call('HSET', name, 'unanswered', table.concat(ids, ';', math.max(1, #ids + 1 - MOST)))
  end

  -- Ends what keeps it from them since they missed it; answers whether anything did.
  local function let_ring(x, id)
    local kept, lifted = {}, false
    for who, when, kind in string.gmatch(x.excluded, '([^|;]+)|(%d+)|(%l);') do
      if who == id and kind == 'e' and tonumber(when) > now then lifted = true
      else kept[#kept + 1] = who .. '|' .. when .. '|' .. kind .. ';' end
    end
    if lifted then clear_exclusions(x, table.concat(kept)) end
    return lifted
  end

  -- They are back: what they missed on a channel (0: on any) may ring here at once. What they declined may not.
  function misses.lift(a, channel)
    local name, others, any = key('agent', a.id), {}, false
    local ids = call('HGET', name, 'unanswered')
    if not ids or ids == '' then return end
    for id in string.gmatch(ids, '[^;]+') do
      local x = interaction(id)
      if x and x.excluded ~= '' then
        if channel > 0 and channel_of(x.queue) ~= channel then others[#others + 1] = id
        else any = let_ring(x, a.id) or any end
      end
    end
    call('HSET', name, 'unanswered', table.concat(others, ';'))
    if any then free_agent(a) end
  end
end

-- Whom nothing reached is asked for another at once, for the same one after a while: long enough for a page to be
-- loaded again, and longer each time. So many failures in a row are no accident.
local FAIL_MS, FAIL_LONGEST_MS, FAILURES = 15000, 120000, 3

-- Returns how long the agent is not asked for this interaction, and whether they are away now.
local function blame_failed(a, q)
  local n = a.failed[q.channel] + 1
  a.failed[q.channel] = n
  touch(a)
  return math.min(FAIL_LONGEST_MS, FAIL_MS * 2 ^ (math.min(n, 16) - 1)), n >= FAILURES
end

-- Nobody vouches for the agent any more: nothing new for the grace.
local function lapse(a)
  if a.grace ~= '' then return end
  if a.presence == 'ooo' and a.n[1] + a.n[2] + a.n[3] == 0 then return end
  local grace_ms = a.grace_ms or tonumber(call('HGET', key('agent', a.id), 'grace_ms'))
  local until_ms = now + grace_ms
  a.grace = tostring(until_ms)
  call('HSET', key('agent', a.id), 'lapsed', now)
  timer('g|' .. a.id, until_ms)
  touch(a)
  emit('presence.grace', about(a), '{"until_ms":' .. until_ms .. '}', a)
end

-- The grace is over: rings go elsewhere, the agent is offline, chats follow after their own grace. Whoever has a
-- telephone for that goes on to take calls.
local function lost(a)
  local lapsed = tonumber(call('HGET', key('agent', a.id), 'lapsed'))
  emit('presence.lapsed', about(a), '{}', a)
  local before, phone = a.presence, a.capacity.phone and desk.available(a.presence, 2)
  for channel = 1, 3 do
    if desk.available(before, channel) and not (phone and channel == 2) then set_here(a, channel, false) end
  end
  a.presence, a.grace = phone and 'oao' or 'ooo', ''
  touch(a)
  for channel = 1, 3 do
    if desk.available(before, channel) and not (phone and channel == 2) then look_again(a, channel, '') end
  end
  call('HSET', key('agent', a.id), 'before', before, 'away_since', lapsed)
  if phone then
    for channel = 1, 3, 2 do presence_event(a, channel, 'offline', '', 'lapsed') end
    free_agent(a)
  elseif before ~= 'ooo' then presence_event(a, nil, 'offline', '', 'lapsed') end
  for _, x in ipairs(held(a)) do
    local at, role = offer_of(x, a), sharing.role(x, a.id)
    if at and phone and channel_of(x.queue) == 2 then -- it rings on
    elseif at then
      local o = drop_offer(x, at, 'f')
      emit('offer.failed', describe(x, o.n, a.id), '{"cause":"unreachable"}', a)
      ring_goes_on(x, 'unreachable')
    elseif channel_of(x.queue) ~= 1 then -- a call goes on while its media does; nobody waits at a ticket, it stays theirs
    elseif role == 'guest' or role == 'consult' then sharing.leave(x, a, 'agent_lost')
    elseif role == 'owner' then
      timer('k|' .. x.id, math.max(now, lapsed + queue(x.queue).chat_grace_ms))
    end
  end
end

-- A console of theirs is here. Within chat_grace of the lapse all is as before; later they choose anew.
-- Returns true if they had been missed.
local function returned(a)
  local v = call('HMGET', key('agent', a.id), 'lapsed', 'before', 'reason1', 'reason2', 'reason3', 'chat_grace_ms')
  local lapsed = tonumber(v[1]) or 0
  if lapsed == 0 then return false end
  call('HSET', key('agent', a.id), 'lapsed', 0, 'before', '')
  touch(a)
  if a.grace ~= '' then
    a.grace = ''
    untimer('g|' .. a.id)
  elseif v[2] and v[2] ~= '' and now <= lapsed + (a.chat_grace_ms or tonumber(v[6])) then
    for channel = 1, 3 do
      if desk.offline(a.presence, channel) then say(a, channel, string.sub(v[2], channel, channel), v[2 + channel] or '') end
    end
  end
  for channel = 1, 3 do
    local word = letter(a, channel)
    presence_event(a, channel, WORD[word], v[2 + channel] or '', 'returned', settling.AFTER[word])
  end
  free_agent(a)
  return true
end
