-- A queue's live figures.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, queue
-- RETURNS {now_ms, state, waiting, ringing, active, available, here, oldest_enqueued_ms or 0, served, served_ms, strategy,
--         open (1 or 0), closes_ms or 0, opens_ms or 0,
--         of each line in which somebody waits, and of the bare queue's first: {waiting, departures, in how many ms}…}
-- EVENTS  none
--- include("reading")
--- include("limits")
--- include("estimate")
local clock = read_clock(ARGV[1])
now = clock
local q = queue(ARGV[2])
if not q then return {clock, '', 0, 0, 0, 0, 0, 0, '0', 0, '', 1, 0, 0, {0, '0', 0}} end
local waiting = waiting_in(q)
local function figures(name)
  local left, busy = estimate.figures(q, name)
  return {tonumber(call('HGET', key('lines'), name) or 0), tostring(left), busy}
end
local reply = {clock, q.state, waiting, q.ringing, q.active, call('ZCARD', key('free', q.id)), call('ZCARD', key('here', q.id)),
  waiting > 0 and oldest_in(q) or 0, tostring(q.served), q.served_ms, q.strategy,
  limits.closed_since(q) and 0 or 1, limits.closes_at(q) or 0, limits.opens_at(q) or 0, figures(q.id)}
for i = 1, waiting > 0 and #q.pools or 0 do
  local line = figures(q.pools[i].name)
  if line[1] > 0 then reply[#reply + 1] = line end
end
return reply
