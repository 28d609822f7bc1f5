-- A queue's live figures.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, queue
-- RETURNS {now_ms, state, waiting, ringing, active, available, here, oldest_enqueued_ms or 0, served, served_ms, strategy,
--         open (1 or 0), closes_ms or 0, opens_ms or 0, departures, in how many ms}
-- EVENTS  none
--- include("reading")
--- include("limits")
--- include("estimate")
local clock = read_clock(ARGV[1])
now = clock
local q = queue(ARGV[2])
if not q then return {clock, '', 0, 0, 0, 0, 0, 0, '0', 0, '', 1, 0, 0, '0', 0} end
local waiting = waiting_in(q)
local left, busy = estimate.figures(q, q.id)
return {clock, q.state, waiting, q.ringing, q.active, call('ZCARD', key('free', q.id)), call('ZCARD', key('here', q.id)),
  waiting > 0 and oldest_in(q) or 0, tostring(q.served), q.served_ms, q.strategy,
  limits.closed_since(q) and 0 or 1, limits.closes_at(q) or 0, limits.opens_at(q) or 0, tostring(left), busy}
