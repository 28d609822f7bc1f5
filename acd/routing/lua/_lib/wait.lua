-- What goes with a wait: somebody vouches for the contact, by a lease that their node renews, and timers ask for it.
--- include("pool")
local wait = {}

-- It waits, in a queue: whoever has its connection vouches for the contact.
function wait.vouch(x, q)
  if x.leased then call('ZADD', key('leases'), now + q.lease_ms, 'c|' .. x.id) end
end

-- Nobody need vouch for them any more.
function wait.unvouch(x)
  if x.leased then call('ZREM', key('leases'), 'c|' .. x.id) end
end

-- It is out of its line or its ring: somebody has it, or it has ended.
function wait.over(x)
  wait.unvouch(x)
  if x.lost > 0 then
    untimer('c|' .. x.id)
    x.lost = 0
  end
  if x.excluded ~= '' then untimer('x|' .. x.id) end
  if x.more then pools.leave(x) end
  limits.disarm(x)
end
