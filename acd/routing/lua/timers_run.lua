-- Run what is due: offers, wrap-ups, graces, exclusions, drains, rebuilds, leases; at most 48 timers and 16
-- leases, fewer when the bounds of a drain are reached. What fell due in an outage blames nobody.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed
-- RETURNS {due, ran, next_due_ms or 0, now_ms}
-- EVENTS  offer.expired*, offer.failed*, offer.made*, offer.withdrawn*, interaction.requeued*, interaction.parked*,
--         interaction.resumed*, interaction.ended*, wrap_up.ended*, presence.changed*, presence.grace*, presence.lapsed*,
--         agent.removed*
--- include("failing")
--- include("closing")
local TOMBSTONE_MS = 86400000
local LONGEST_LEASE_MS = 120000 -- until then a lease from before an outage may be to be prolonged
begin(ARGV[1])
lot = tonumber(ARGV[2])
local run = {}

local function in_gap(at)
  return gap_to and at > gap_from and at <= gap_to
end

function run.o(at, id, rest)
  local x = interaction(id)
  local place = x and find_offer(x, tonumber(rest))
  if not place then return end
  local o, q = x.live[place], queue(x.queue)
  local unheard = not o.delivered and q.delivery_ms < q.ring_ms and now >= o.made + q.delivery_ms
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
    local missed = alone and blame_missed(a, q) or 0
    emit('offer.expired', describe(x, ended.n, a.id), '{"missed":' .. missed .. '}', a)
    if missed >= q.max_missed then send_away(a, q.channel, 'missed') end
    ring_goes_on(x, 'expired')
  end
end

function run.w(_, id)
  local x = interaction(id)
  if x and x.state == 'ended' and x.wrap > 0 then end_wrap_up(x, 'timer') end
end

function run.x(_, id)
  local x = interaction(id)
  if x and x.state == 'waiting' then retry(x) end
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
  if not x or x.state ~= 'active' then return end
  local a, q = agent(x.agent), queue(x.queue)
  local lapsed = tonumber(call('HGET', key('agent', x.agent), 'lapsed')) or 0
  -- back meanwhile, or back and gone again: then the end of the grace of now says more
  if lapsed == 0 or a.grace ~= '' then return end
  if in_gap(at) then timer('k|' .. id, gap_to + q.lease_ms)
  elseif now < lapsed + q.chat_grace_ms then timer('k|' .. id, lapsed + q.chat_grace_ms)
  else take_back(x, 'agent_lost') end
end

function run.n(at, id)
  local x = interaction(id)
  if not x or x.state ~= 'connecting' then return end
  if in_gap(at) then timer('n|' .. id .. '|' .. x.offers, gap_to + queue(x.queue).connect_ms)
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

function run.b(_, id, rest) build(id, string.match(rest, '^(%d*):?(.*)$')) end

function run.r(_, id) close(id) end

local function lease_ran_out(kind, id, member)
  if kind == 'a' then
    local a = agent(id)
    local lease_ms = a and tonumber(call('HGET', key('agent', id), 'lease_ms'))
    if a and gap_to and now < gap_to + lease_ms then return gap_to + lease_ms end
    local last = call('ZRANGE', key('sessions', id), -1, -1, 'WITHSCORES')
    if a and last[2] and tonumber(last[2]) > now then return tonumber(last[2]) end
    call('UNLINK', key('sessions', id))
    call('ZREM', key('leases'), member)
    if a then lapse(a) end
  else
    local x = interaction(id)
    local q = x and queue(x.queue)
    if q and gap_to and now < gap_to + q.lease_ms then return gap_to + q.lease_ms end
    call('ZREM', key('leases'), member)
    if q and x.lost == 0 and (x.state == 'waiting' or x.state == 'ringing') then set_aside(x, q) end
  end
  return nil
end

local ran = 0
local entries = call('ZRANGE', key('timers'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 48, 'WITHSCORES')
for i = 1, #entries, 2 do
  if offers_left <= 0 or walk_left <= 0 then break end
  local member = entries[i]
  -- one that an earlier timer of this turn removed or moved is not due any more
  if call('ZSCORE', key('timers'), member) == entries[i + 1] then
    call('ZREM', key('timers'), member)
    local kind, id, rest = string.match(member, '^(%l)|([^|]*)|?(.*)$')
    ran = ran + 1
    run[kind](tonumber(entries[i + 1]), id, rest)
    drain()
  end
end
local spent = call('ZRANGE', key('leases'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 16)
for i = 1, #spent do
  local kind, id = string.match(spent[i], '^(%l)|(.*)$')
  local again = lease_ran_out(kind, id, spent[i])
  if again then call('ZADD', key('leases'), again, spent[i]) end
  ran = ran + 1
end

-- Tombstones go after a day, once everything up to their end is recorded and trimmed.
local oldest = call('ZRANGE', key('ended'), '-inf', now - TOMBSTONE_MS, 'BYSCORE', 'LIMIT', 0, 64, 'WITHSCORES')
if oldest[1] then
  local kept = call('XRANGE', key('events'), '-', '+', 'COUNT', 1)[1]
  local recorded = kept and tonumber(string.match(kept[2][2], '"at_ms":(%d+)')) or now
  for i = 1, #oldest, 2 do
    if tonumber(oldest[i + 1]) < recorded then
      call('UNLINK', key('ix', oldest[i]))
      call('ZREM', key('ended'), oldest[i])
    end
  end
end

local hint = commit()
local next_timer = call('ZRANGE', key('timers'), 0, 0, 'WITHSCORES')[2]
local next_lease = call('ZRANGE', key('leases'), 0, 0, 'WITHSCORES')[2]
local next_due = math.min(tonumber(next_timer) or math.huge, tonumber(next_lease) or math.huge)
if gap_to and next_due > now and now > gap_to + LONGEST_LEASE_MS then
  gap_from, gap_to = nil, nil
  write_meta()
end
return {hint, ran, next_due < math.huge and next_due or 0, now}
