-- An interaction goes from one queue to another and keeps its age.
-- Kept in `more`: entered (when it came into this queue), hops (the queues it overflowed from).
--- include("ending")
local moving = {}

-- In no line, it belongs to another queue from now on. Returns the requirement that nobody there can meet, or nil.
function moving.enter(x, to)
  limits.disarm(x)
  if x.excluded ~= '' then
    untimer('x|' .. x.id)
    x.excluded = ''
  end
  local dropped
  if x.more then
    pools.leave(x)
    -- the steps of another queue begin anew, and whom it waited for is of this one
    for _, name in ipairs({'step', 'sticky', 'sticky_until'}) do
      if kept(x, name) then keep(x, name, nil) end
    end
    -- what nobody there can meet is not required
    dropped = kept(x, 'requires')
    if dropped and requirement.within(to, dropped) then dropped = nil end
    if dropped then keep(x, 'requires', nil) end
  end
  keep(x, 'entered', now)
  place_in(x, to, to)
  return dropped
end

-- Move what waits, rings or is parked. The caller has seen that `to` is there and on the same channel. by: who moved
-- it, which begins the count of hops anew; nil where a rule did.
function moving.to(x, to, reason, by)
  local from = x.queue
  if x.state == 'ringing' then
    withdraw_all(x, 'moved')
    short_remove(x)
    count(queue(from), -1, 0)
    set_state(x, x.lost > 0 and 'parked' or 'waiting')
  elseif x.state == 'waiting' and x.lined ~= false then line_remove(x) end
  local hops
  if not by then
    hops = kept(x, 'hops') or {}
    hops[#hops + 1] = from
  end
  if hops or kept(x, 'hops') then keep(x, 'hops', hops) end
  local dropped = moving.enter(x, to)
  emit('interaction.moved', describe(x), '{"from":"' .. from .. '","to":"' .. to .. '","reason":"' .. reason
    .. '","state":"' .. x.state .. '","hops":' .. (hops and #hops or 0) .. (by and ',"by":' .. quoted(by) or '')
    .. (dropped and ',"dropped":"' .. dropped .. '"' or '') .. '}',
    nil, x)
  if x.state == 'waiting' then
    x.lined = false
    retry(x)
  end
end

-- The owner sends what they hold, or held until it was idle, to another queue.
function sharing.send(x, to)
  local giver, from, decline_ms = x.agent, queue(x.queue), queue(to).decline_ms
  local a = agent(giver)
  sharing.clear(x, 'moved')
  times.wait_anew(x)
  if x.state == 'idle' or from.rules.idle then untimer('i|' .. x.id) end -- its queue may have lost its time since
  count(from, 0, -1)
  if x.state == 'idle' then call('SREM', key('idle', giver), x.id)
  else sharing.hand_off(x, a, from) end
  if kept(x, 'requires') then keep(x, 'requires', nil) end
  x.agent, x.lined = '', false
  set_state(x, 'waiting')
  wait.vouch(x, from)
  moving.to(x, to, 'transferred', giver)
  local wrap = (kept(x, 'wraps') or {})[giver]
  exclude(x, giver, math.max(now + decline_ms, wrap and wrap[1] or 0), 'g')
end
