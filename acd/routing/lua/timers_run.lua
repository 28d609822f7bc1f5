-- Run what is due: offers, wrap-ups, graces, exclusions, drains, rebuilds, leases; at most 48 timers and 16
-- leases, fewer when the bounds of a drain are reached. What fell due in an outage blames nobody.
-- One node ticks by a lease, the first to come when it has run out; whoever else comes runs what is due, too.
-- What fails ends the turn and is put off; the next turn goes on behind it.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, node (empty: it takes no lease)
-- RETURNS {due, ran, next_due_ms or 0, now_ms, ms of the lease of another that are left or 0,
--         what failed or '', how often in a row, what was said of it}
-- EVENTS  offer.expired*, offer.failed*, offer.made*, offer.withdrawn*, interaction.requeued*, interaction.parked*,
--         interaction.relaxed*, interaction.resumed*, interaction.idle*, interaction.moved*, interaction.callback*,
--         interaction.ended*, wrap_up.ended*, transfer.returned*, guest.left*, presence.changed*, presence.grace*,
--         presence.lapsed*, agent.removed*
--- include("faults")
local TOMBSTONE_MS = 86400000
local TICKER_MS = 1500
local LONGEST_LEASE_MS = 120000 -- until then a lease from before an outage may be to be prolonged
begin(ARGV[1])
lot = tonumber(ARGV[2])
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

local left = 0
local known = call('HMGET', key('meta'), 'ticker', 'faulty')
local faulty = known[2]
if ARGV[3] ~= '' then
  local ticker, until_ms = string.match(known[1] or '|0', '^(.*)|(%d+)$')
  left = tonumber(until_ms) - now
  if ticker == ARGV[3] or left <= 0 or left > TICKER_MS then
    call('HSET', key('meta'), 'ticker', ARGV[3] .. '|' .. digits(now + TICKER_MS))
    left = 0
  end
end

local moved = {} -- what the timers of this turn set or removed is not due as it was read
local function run_timer(at, member)
  untimer(member)
  local kind, id, rest = string.match(member, '^(%l)|([^|]*)|?(.*)$')
  run[kind](at, id, rest)
  drain()
  for name in next, timers do moved[name] = true end
  commit()
end
local function run_lease(member)
  local kind, id = string.match(member, '^(%l)|(.*)$')
  local again = lease_ran_out(kind, id, member)
  if again then call('ZADD', key('leases'), again, member) end
  commit()
end

local ran, failed, times, said = 0, '', 0, ''
local function take(list, member, work, ...)
  times, said = faults.guard(list, member, work, ...)
  if times then
    failed = list .. '/' .. member
    return false
  end
  times, said, ran = 0, '', ran + 1
  if faulty then faults.well(list, member) end
  return true
end

local entries = call('ZRANGE', key('timers'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 48, 'WITHSCORES')
for i = 1, #entries, 2 do
  if offers_left <= 0 or walk_left <= 0 or policy.left <= 0 then break end
  if not moved[entries[i]] and not take('timers', entries[i], run_timer, tonumber(entries[i + 1]), entries[i]) then break end
end
local spent = failed == '' and call('ZRANGE', key('leases'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 16) or {}
for i = 1, #spent do
  if not take('leases', spent[i], run_lease, spent[i]) then break end
end
if faulty then faults.forget() end

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

if ran == 0 and failed == '' then commit() end -- the time is seen
local next_timer = call('ZRANGE', key('timers'), 0, 0, 'WITHSCORES')[2]
local next_lease = call('ZRANGE', key('leases'), 0, 0, 'WITHSCORES')[2]
local next_due = math.min(tonumber(next_timer) or math.huge, tonumber(next_lease) or math.huge)
if gap_to and next_due > now and now > gap_to + LONGEST_LEASE_MS then
  gap_from, gap_to = nil, nil
  clock.write()
end
return {due, ran, next_due < math.huge and next_due or 0, now, left, failed, times, string.sub(said, 1, 500)}
