-- A queue's live figures.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, queue
-- RETURNS {now_ms, state, waiting, ringing, active, available, here, oldest_enqueued_ms or 0, served, served_ms, strategy,
--         open (1 or 0), closes_ms or 0}
-- EVENTS  none
--- include("reading")
--- include("limits")
local clock = read_clock(ARGV[1])
now = clock
local q = queue(ARGV[2])
if not q then return {clock, '', 0, 0, 0, 0, 0, 0, '0', 0, '', 1, 0} end
local id = q.id
local oldest = 0
local head = call('ZRANGE', key('line', id), 0, 0)[1] or call('ZRANGE', key('rescore', id), 0, 0)[1]
if head then oldest = interaction(head).enqueued end
return {clock, q.state, waiting_in(q), q.ringing, q.active,
  call('ZCARD', key('free', id)), call('ZCARD', key('here', id)), oldest, tostring(q.served), q.served_ms, q.strategy,
  limits.closed_since(q) and 0 or 1, limits.closes_at(q) or 0}
