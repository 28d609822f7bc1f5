-- The place in the line, and the figures its estimate is made of.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, interaction
-- RETURNS {now_ms, position or 0, served, served_ms}
-- EVENTS  none
--- include("reading")
--- include("queue")
local clock = read_clock(ARGV[1])
local x = interaction(ARGV[2])
if not x or x.state ~= 'waiting' then return {clock, 0, '0', 0} end
local place, q = place_of(x), queue(x.queue)
return {clock, place and place + 1 or 0, tostring(q and q.served or 0), q and q.served_ms or 0}
