-- Offers: holding slots for them, and every way an offer ends but its acceptance.
--- include("picking")
--- include("sticky")
local sharing = {} -- what more than one agent has of an interaction; filled in sharing.lua
local OFFERS = 16 -- the most offers a script makes
local offers_left
local orphans, freed, freed_ids = {}, {}, {} -- interactions to try again; agents who may have room now
forget[#forget + 1] = function() offers_left = OFFERS end
throw_away[#throw_away + 1] = function() orphans, freed, freed_ids = {}, {}, {} end

local function free_agent(a)
  if not freed_ids[a.id] then
    freed_ids[a.id] = true
    freed[#freed + 1] = a
  end
end

-- Their slot of it is free. worked: they are idle since now.
local function free_slot(x, a, channel, worked)
  release(a, channel, x.id, worked)
  free_agent(a)
end

local function retry(x)
  orphans[#orphans + 1] = x
end

-- Ring these agents: each gets an offer with its own deadline and holds a slot for it.
local function make_offers(x, q, chosen, next_best)
  local last = kept(x, 'sticky')
  if x.state ~= 'ringing' then
    if x.lined ~= false then line_remove(x) end
    set_state(x, 'ringing')
    x.ring_ms, x.ring_n, x.fan = now, 0, last and not chosen[2] and chosen[1].id == last and 1 or q.ring
    count(q, 1, 0)
    if x.pool ~= x.queue then pools.used(q, x.pool) end
  end
  index_others(chosen[1])
  local eligible_count = picking.count(x)
  -- freed in this script and not indexed yet
  if not chosen[1].was[q.channel] then eligible_count = eligible_count + 1 end
  local deadline = now + q.ring_ms
  local card = card_of(x)
  local told = '{"deadline_ms":' .. digits(deadline) .. ',"ring_ms":' .. digits(q.ring_ms) .. ',"why":'
  local rest = ',"channel":"' .. NAMES[q.channel] .. '","enqueued_ms":' .. digits(x.enqueued) .. ',"level":'
    .. digits(x.level) .. '}'
  local more = x.more and picking.why_pool(x)
  local preferred = last and sticky.spend(x)
  for i = 1, #chosen do
    local a = chosen[i]
    local n = x.offers + 1
    local number = digits(n)
    x.offers = n
    if x.more then sharing.part(x, a) end
    local reasons = picking.why(a, q, eligible_count, chosen[i + 1] and chosen[i + 1].id or next_best,
      a.id == last and more .. preferred or more)
    reserve(a, q.channel, x.id)
    x.live[#x.live + 1] = {n = n, agent = a.id, deadline = deadline, made = now, delivered = false, extended = false, why = reasons}
    timer('o|' .. x.id .. '|' .. number, math.min(deadline, now + q.delivery_ms))
    emit('offer.made', describe(x, number, a.id), told .. reasons .. rest, a, nil, card)
  end
  x.ring_n = x.ring_n + #chosen
  change(x)
  offers_left = offers_left - #chosen
end

local function clear_exclusions(x, kept)
  x.excluded = kept
  change(x)
  if kept == '' then untimer('x|' .. x.id) end
end

-- When an exclusion may end, the interaction is tried again; where it waits, also when the ring may start over.
local function arm_exclusions(x, q)
  local at, any = math.huge, false
  if x.state == 'waiting' then
    at = x.ring_ms + q.ring_ms
    if at <= now then at = now + q.ring_ms end
  end
  for _, limit in string.gmatch(x.excluded, '([^|;]+)|(%d+)|') do
    limit = tonumber(limit)
    if limit > now then at, any = math.min(at, limit), true end
  end
  if any then timer('x|' .. x.id, at) else clear_exclusions(x, '') end
end

-- Everybody here has been asked: forget those who declined or missed, once a ring time.
local function start_over(x, q)
  if now < x.ring_ms + q.ring_ms then return false end
  local asked, kept, cleared = {}, {}, false
  for who, when, kind in string.gmatch(x.excluded, '([^|;]+)|(%d+)|(%l);') do
    if tonumber(when) > now then
      asked[#asked + 1] = who
      if kind ~= 'd' and kind ~= 'e' then kept[#kept + 1] = who .. '|' .. when .. '|' .. kind .. ';' else cleared = true end
    end
  end
  if not cleared or not pools.ready(q, x.pool) then return false end
  local here = call('ZCARD', key('here', x.pool))
  if here == 0 or here > #asked then return false end
  local scores = call('ZMSCORE', key('here', x.pool), unpack(asked))
  for i = 1, #asked do
    if scores[i] then here = here - 1 end
  end
  if here > 0 then return false end
  clear_exclusions(x, table.concat(kept))
  return true
end

-- How many a ring asks at once is settled when it begins.
local function wanted(x, q)
  return x.state == 'ringing' and x.fan or q.ring
end

-- A ring that wants more than may be asked now.
local function want_more(x, q)
  short_add(x)
  if x.excluded ~= '' then arm_exclusions(x, q) end
end

-- Nobody may be asked now: in the line, with what will ask for it there.
local function stand(x, q)
  if not x.lined then limits.arm(x, q) end
  line_add(x)
  if x.excluded ~= '' then arm_exclusions(x, q) end
end

-- Find agents for an interaction that waits, or more of them for one whose ring is short.
local function try(x)
  local q = queue(x.queue)
  local waiting = x.state == 'waiting'
  if not waiting and x.state ~= 'ringing' then return end
  -- no rule is asked before all is restored: the history may know that it waits no longer
  local rule = waiting and not reconciling and limits.applies(x, q)
  if rule then
    limits.divert(x, q, rule)
    -- a callback goes on waiting, where it may stand in no line yet
    if x.queue ~= q.id or not limits.keeps_place(x) then return end
  end
  if waiting and x.more and x.lined == false then pools.settle(x, q) end
  local want = wanted(x, q) - #x.live
  if want <= 0 then
    short_remove(x)
    return
  end
  if not pools.serves(q, x.pool) or x.lost > 0 then
    if waiting then stand(x, q) else want_more(x, q) end
    if q.state == 'closing' and waiting then timer('r|' .. x.queue, now) end
    return
  end
  if waiting and kept(x, 'sticky') and offers_left > 0 then
    local last, waits = sticky.first(x, q)
    if last then
      make_offers(x, q, {last}, picking.beside(x, q, last))
      return
    end
    if waits then
      if not x.lined then limits.arm(x, q) end
      sticky.stand(x)
      if x.excluded ~= '' then arm_exclusions(x, q) end
      return
    end
    sticky.let_go(x, q)
    if not pools.serves(q, x.pool) then
      stand(x, q)
      return
    end
  end
  local room = math.min(want, offers_left)
  local chosen, next_best, bound = {}, nil, true
  if room > 0 and walk_left > 0 then
    chosen, next_best, bound = picking.best(x, q, room)
    if not chosen[1] and waiting and x.excluded ~= '' and start_over(x, q) then
      chosen, next_best, bound = picking.best(x, q, room)
    end
  end
  if chosen[1] then make_offers(x, q, chosen, next_best) end
  if bound or (#chosen == room and room < want) then
    -- at the bound: the rest is left to a timer that is due now
    timer('d|i|' .. x.id, now)
  end
  if x.state == 'waiting' then stand(x, q)
  elseif #x.live < wanted(x, q) then want_more(x, q)
  else short_remove(x) end
end

-- How an offer ended. Of one interaction the last 64 are known for certain; when it would be more than 128, those before
-- are forgotten.
function sharing.remember(x, number, code)
  x.past = x.past .. number .. '=' .. code .. ','
  if #x.past <= 4 * 128 then return end -- so many at least make more
  local past = {}
  for one in string.gmatch(x.past, '[^,]+,') do past[#past + 1] = one end
  if #past > 128 then x.past = table.concat(past, '', #past - 63) end
end

-- Take one offer out of the ring and free its slot. code: how a late accept of it will be answered.
local function drop_offer(x, at, code)
  local o = table.remove(x.live, at)
  change(x)
  local number = digits(o.n)
  sharing.remember(x, number, code)
  untimer('o|' .. x.id .. '|' .. number)
  local a = agent(o.agent)
  free_slot(x, a, queue(x.queue).channel, false)
  return o, a
end

local function find_offer(x, n)
  for i = 1, #x.live do
    if x.live[i].n == n then return i end
  end
  return nil
end

-- No offer of the ring is left: back to the line with its age, or aside if the contact is away.
local function ring_over(x, reason)
  local q = queue(x.queue)
  short_remove(x)
  count(q, -1, 0)
  if x.lost > 0 then
    set_state(x, 'parked')
    emit('interaction.parked', describe(x), '{"until_ms":' .. x.lost .. '}', nil, x)
    return
  end
  set_state(x, 'waiting')
  emit('interaction.requeued', describe(x), '{"reason":"' .. reason .. '"}', nil, x)
  x.lined = false
  retry(x)
end

-- After one offer of a ring, or the one of a transfer, ended without a winner.
local function ring_goes_on(x, reason)
  if x.live[1] then retry(x)
  elseif x.state == 'ringing' then ring_over(x, reason)
  else sharing.bring_back(x, reason) end
end

local function withdraw(x, at, reason, by)
  local o, a = drop_offer(x, at, reason == 'taken' and 't' or 'w')
  emit('offer.withdrawn', describe(x, o.n, a.id), '{"reason":"' .. reason .. '"'
    .. (by and ',"by":"' .. by .. '"' or '') .. '}', a)
end

local function withdraw_all(x, reason, by)
  for at = #x.live, 1, -1 do withdraw(x, at, reason, by) end
end
