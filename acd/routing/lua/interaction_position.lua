-- The place in the line, and the figures its estimate is made of.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, interaction
-- RETURNS {now_ms, position or 0, served, served_ms}
-- EVENTS  none
--- include("reading")
--- include("queue")
local clock = read_clock(ARGV[1])
local v = call('HMGET', key('ix', ARGV[2]), 'state', 'pool', 'queue')
if v[1] ~= 'waiting' then return {clock, 0, '0', 0} end
local place, q = place_of(ARGV[2], v[2]), queue(v[3])
return {clock, place and place + 1 or 0, tostring(q and q.served or 0), q and q.served_ms or 0}
