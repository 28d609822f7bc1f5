-- What each kind of timer does when it is due: run.<letter>(at, id, rest) for the member `letter|id|rest`. A part that
-- has timers of its own adds their letters here, from its own file.
--- include("failing")
--- include("closing")
--- include("policy")
--- include("idling")
local run = {}

local function in_gap(at)
  return gap_to and at > gap_from and at <= gap_to
end

function run.o(at, id, rest)
  local x = interaction(id)
  local place = x and find_offer(x, tonumber(rest))
  if not place then return end
  local o, q = x.live[place], queue(x.queue)
  local unheard = not o.delivered and now >= math.min(o.deadline, o.made + q.delivery_ms)
  if now < o.deadline and (not unheard or in_gap(at)) then
    local again = o.deadline
    if unheard then again = math.min(again, gap_to + q.delivery_ms) end
    timer('o|' .. id .. '|' .. rest, again)
  elseif in_gap(at) then
    local ended, a = drop_offer(x, place, 'f')
    emit('offer.failed', describe(x, ended.n, a.id), '{"cause":"outage"}', a)
    ring_goes_on(x, 'outage')
  elseif unheard then fail_offer(x, place, 'unreachable')
  else
    local alone = x.ring_n == 1
    local ended, a = drop_offer(x, place, 'e')
    exclude(x, a.id, now + q.decline_ms, 'e')
    misses.note(a, x)
    local missed = alone and blame_missed(a, q) or 0
    emit('offer.expired', describe(x, ended.n, a.id), '{"missed":' .. missed .. '}', a)
    if missed >= q.max_missed then send_away(a, q.channel, 'missed') end
    ring_goes_on(x, 'expired')
  end
end

function run.w(_, id, giver)
  local x = interaction(id)
  if giver ~= '' then
    if x and sharing.role(x, giver) == 'wrap_up' then sharing.unwrap(x, agent(giver), 'timer') end
  elseif x and x.state == 'ended' and x.wrap > 0 then end_wrap_up(x, 'timer') end
end

function run.x(_, id)
  local x = interaction(id)
  if x and (x.state == 'waiting' or x.state == 'ringing') then retry(x) end
end

function run.c(at, id)
  local x = interaction(id)
  if not x or x.lost == 0 or (x.state ~= 'parked' and x.state ~= 'ringing') then return end
  local q = queue(x.queue)
  if q and in_gap(at) then
    x.lost = gap_to + q.lease_ms
    change(x)
    timer('c|' .. id, x.lost)
  else finish(x, 'abandoned', 'contact', false) end
end

function run.g(at, id)
  local a = agent(id)
  if not a or a.grace == '' then return end
  if in_gap(at) then
    local until_ms = gap_to + tonumber(call('HGET', key('agent', id), 'lease_ms'))
    a.grace = tostring(until_ms)
    touch(a)
    timer('g|' .. id, until_ms)
    emit('presence.grace', about(a), '{"until_ms":' .. until_ms .. '}', a)
  else lost(a) end
end

function run.k(at, id)
  local x = interaction(id)
  if not x or (x.state ~= 'active' and x.state ~= 'connecting') then return end
  local a, q = agent(x.agent), queue(x.queue)
  local lapsed = tonumber(call('HGET', key('agent', x.agent), 'lapsed')) or 0
  -- back meanwhile, or back and gone again: then the end of the grace of now says more
  if lapsed == 0 or a.grace ~= '' then return end
  if in_gap(at) then timer('k|' .. id, gap_to + q.lease_ms)
  elseif now < lapsed + q.chat_grace_ms then timer('k|' .. id, lapsed + q.chat_grace_ms)
  else take_back(x, 'agent_lost') end
end

function run.n(at, id, rest)
  local x = interaction(id)
  if not x or x.state ~= 'connecting' or x.won ~= tonumber(rest) then return end
  local q = queue(x.queue)
  if in_gap(at) then timer('n|' .. id .. '|' .. rest, gap_to + sharing.connect_ms(x, q))
  elseif callback.pending(x) then callback.unanswered(x, 'no_answer')
  else fail_connecting(x, 'connect_timeout') end
end

function run.d(_, what, rest)
  local id, cursor = string.match(rest, '^([^|]*)|?(.*)$')
  if what == 'p' then drain_pool(id, cursor)
  elseif what == 'i' then
    local x = interaction(id)
    if x then retry(x) end
  else
    local a = agent(id)
    if a then drain_agent(a, cursor) end
  end
end

-- The target of a transfer had no room for too long.
function run.t(_, id)
  local x = interaction(id)
  local t = x and kept(x, 'transfer')
  if t and t.waits then sharing.bring_back(x, 'no_room') end
end

function run.i(at, id)
  local x = interaction(id)
  if x and x.state == 'idle' then finish(x, 'handled', 'system', false)
  elseif x and x.state == 'active' then idling.fall_silent(x, in_gap(at) and gap_to)
  elseif x and x.state == 'connecting' then sharing.watch(x, queue(x.queue)) end -- they are called back still
end

function run.b(_, name, rest) building.go_on(name, string.match(rest, '^(%d*):?(.*)$')) end

-- A step of the relaxation: during a ring it counts when the wait goes on.
function run.p(_, id)
  local x = interaction(id)
  if x and x.state == 'waiting' and not kept(x, 'personal') then
    line_remove(x)
    retry(x)
  end
end

-- It waited long enough for whoever served the contact last; or (`@agent/channel`) more are to be looked at again.
function run.s(_, id, cursor)
  local who, channel = string.match(id, '^@(.*)/(%l+)$')
  if who then
    local a = agent(who)
    if a then look_again(a, CHANNEL[channel], cursor) end
    return
  end
  local x = interaction(id)
  if x and x.state == 'waiting' then retry(x) end
end

function run.u(_, name) pools.unused(name) end

function run.r(_, id) close(id) end

function run.m(_, id, cursor) policy.max_wait(id, cursor) end

-- In an outage nobody could have come back.
function run.e(at, id, cursor)
  if in_gap(at) then timer('e|' .. id .. '|', gap_to + limits.EMPTY_MS) else policy.nobody(id, cursor) end
end

function run.h(_, id, cursor) policy.close(id, cursor) end

function run.q(_, id)
  local x = interaction(id)
  if x then callback.again(x) end
end
