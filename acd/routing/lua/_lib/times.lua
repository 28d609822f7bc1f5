-- How long a contact waited and was served, over every time it did: an agent may be lost, or send it on, and it waits
-- anew; and whoever is silent is served by nobody. `accepted` is when the present service began, 0 while there is none.
-- Kept in `more`, of what was served before: waited (ms until the first answer), handled (ms served before), waits
-- (since when it waits anew).
--- include("interaction")
local times = {}

function times.served(x)
  return x.accepted > 0 or kept(x, 'handled') ~= nil
end

-- Until the first answer, or until now.
function times.waited(x)
  return kept(x, 'waited') or math.max(0, (x.accepted > 0 and x.accepted or now) - x.enqueued)
end

-- By all agents who had it, up to a moment.
function times.handled(x, till)
  return (kept(x, 'handled') or 0) + (x.accepted > 0 and till - x.accepted or 0)
end

-- The last wait, up to a moment.
function times.this_wait(x, till)
  return till - (kept(x, 'waits') or x.enqueued)
end

-- Nobody serves it from that moment on.
function times.pause(x, till)
  if x.accepted == 0 then return end
  local waited, handled = times.waited(x), times.handled(x, till)
  keep(x, 'waited', waited)
  keep(x, 'handled', handled)
  x.accepted = 0
end

-- It was served, and waits from now on; in its queue, too, for whose rules and figures the time before counts no more.
function times.wait_anew(x)
  times.pause(x, now)
  keep(x, 'waits', now)
  keep(x, 'entered', now)
end

-- An accept by which nobody was connected counts for nothing: the wait goes on. (A transfer's did not end one.)
function times.unserve(x)
  if x.state == 'connecting' and x.accepted == x.since then x.accepted = 0 end
end

-- What is told when it becomes active, before it does: the wait that its accept ended, if it did; and `reached`, that
-- the customer of a callback answered.
function times.told(x, reached)
  local waited = x.accepted == x.since and '"waited_ms":' .. digits(times.this_wait(x, x.since)) or ''
  local called = reached and '"reached":true' or ''
  return '{' .. waited .. (waited ~= '' and called ~= '' and ',' or '') .. called .. '}'
end
