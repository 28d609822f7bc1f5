-- A queue's live figures.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, queue
-- RETURNS {now_ms, state, waiting, ringing, active, available, here, oldest_enqueued_ms or 0, served, served_ms, strategy}
-- EVENTS  none
--- include("reading")
--- include("queue")
local clock = read_clock(ARGV[1])
local q = queue(ARGV[2])
if not q then return {clock, '', 0, 0, 0, 0, 0, 0, '0', 0, ''} end
local id = q.id
local oldest = 0
local head = call('ZRANGE', key('line', id), 0, 0)[1] or call('ZRANGE', key('rescore', id), 0, 0)[1]
if head then oldest = interaction(head).enqueued end
return {clock, q.state, waiting_in(q), q.ringing, q.active,
  call('ZCARD', key('free', id)), call('ZCARD', key('here', id)), oldest, tostring(q.served), q.served_ms, q.strategy}
