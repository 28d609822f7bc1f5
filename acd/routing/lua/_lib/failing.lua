-- An offer, or an accepted call, that could not reach its agent: nobody's fault, but not tried again at once.
--- include("presence")

local function fail_offer(x, at, cause)
  local q = queue(x.queue)
  local o, a = drop_offer(x, at, 'f')
  local pause_ms, away = blame_failed(a, q)
  exclude(x, a.id, now + pause_ms, 'f')
  emit('offer.failed', describe(x, o.n, a.id), '{"cause":' .. quoted(cause) .. '}', a)
  if away then send_away(a, q.channel, 'unreachable') end
  ring_goes_on(x, 'failed')
end

-- Accepted, but no media: it rings again at once, its age kept.
local function fail_connecting(x, cause)
  local q, a = queue(x.queue), agent(x.agent)
  local pause_ms, away = blame_failed(a, q)
  take_back(x, cause, now + pause_ms)
  if away then send_away(a, q.channel, 'unreachable') end
end
