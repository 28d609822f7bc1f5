-- A timer or a lease whose work fails is put off, longer each time, so that whatever is due behind it runs.
-- `faults` holds those that failed when they were due last: `timers/member` or `leases/member` -> `times|since_ms`.
--- include("due")
local faults = {}
do
  local FIRST_MS, LONGEST_MS = 1000, 600000
  local MOST = 256 -- so many are counted; others wait for the longest at once

  -- What the failed work left in memory is thrown away; what it wrote before it failed stays.
  local function put_off(list, member)
    for i = 1, #throw_away do throw_away[i]() end
    clock.read(call('GET', key('clock')))
    server.reach()
    local field = list .. '/' .. member
    local known = call('HGET', key('faults'), field)
    local times, since = 1, now
    if known then
      times, since = string.match(known, '^(%d+)|(%d+)$')
      times, since = tonumber(times) + 1, tonumber(since)
    end
    local pause_ms = LONGEST_MS
    if known or call('HLEN', key('faults')) < MOST then
      pause_ms = math.min(LONGEST_MS, FIRST_MS * 2 ^ math.min(times - 1, 16))
      call('HSET', key('faults'), field, digits(times) .. '|' .. digits(since))
      call('HSET', key('meta'), 'faulty', 1)
    end
    call('ZADD', key(list), now + pause_ms, member)
    return times
  end

  -- Do the work of one and write what it did, apart from all others: a failure takes nothing of theirs with it.
  -- Returns nil, or how many times in a row it failed and what was said of it.
  function faults.guard(list, member, work, ...)
    local done, said = pcall(work, ...)
    if done then return nil end
    return put_off(list, member), type(said) == 'table' and said.err or tostring(said)
  end

  function faults.well(list, member)
    call('HDEL', key('faults'), list .. '/' .. member)
  end

  -- Those that were removed meanwhile fail no longer.
  function faults.forget()
    local stored, left = call('HKEYS', key('faults')), 0
    for i = 1, #stored do
      local list, member = string.match(stored[i], '^(%l+)/(.*)$')
      if call('ZSCORE', key(list), member) then left = left + 1 else call('HDEL', key('faults'), stored[i]) end
    end
    if left == 0 then call('HDEL', key('meta'), 'faulty') end
  end
end
