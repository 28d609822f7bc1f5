-- Run what is due: offers, wrap-ups, graces, exclusions, drains, rebuilds, leases; at most 48 timers and 16
-- leases, fewer when the bounds of a drain are reached. What fell due in an outage blames nobody.
-- One node ticks by a lease, the first to come when it has run out; whoever else comes runs what is due, too.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, node (empty: it takes no lease)
-- RETURNS {due, ran, next_due_ms or 0, now_ms, ms of the lease of another that are left or 0}
-- EVENTS  offer.expired*, offer.failed*, offer.made*, offer.withdrawn*, interaction.requeued*, interaction.parked*,
--         interaction.relaxed*, interaction.resumed*, interaction.ended*, wrap_up.ended*, presence.changed*,
--         presence.grace*, presence.lapsed*, agent.removed*
--- include("due")
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
if ARGV[3] ~= '' then
  local ticker, until_ms = string.match(call('HGET', key('meta'), 'ticker') or '|0', '^(.*)|(%d+)$')
  left = tonumber(until_ms) - now
  if ticker == ARGV[3] or left <= 0 or left > TICKER_MS then
    call('HSET', key('meta'), 'ticker', ARGV[3] .. '|' .. digits(now + TICKER_MS))
    left = 0
  end
end

local ran = 0
local entries = call('ZRANGE', key('timers'), '-inf', now, 'BYSCORE', 'LIMIT', 0, 48, 'WITHSCORES')
for i = 1, #entries, 2 do
  if offers_left <= 0 or walk_left <= 0 or policy.left <= 0 then break end
  local member = entries[i]
  -- one that an earlier timer of this turn removed or moved is not due any more
  if timers[member] == nil then
    untimer(member)
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
  clock.write()
end
return {hint, ran, next_due < math.huge and next_due or 0, now, left}
