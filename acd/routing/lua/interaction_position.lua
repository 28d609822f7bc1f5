-- The place in the line, and the figures its estimate is made of.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, interaction
-- RETURNS {now_ms, position or 0, departures, in how many ms}
-- EVENTS  none
--- include("reading")
--- include("estimate")
local clock = read_clock(ARGV[1])
local x = interaction(ARGV[2])
if not x or x.state ~= 'waiting' then return {clock, 0, '0', 0} end
local place, q = place_of(x), queue(x.queue)
if not q then return {clock, place and place + 1 or 0, '0', 0} end
now = clock
local left, busy = estimate.figures(q, x.pool)
return {clock, place and place + 1 or 0, tostring(left), busy}
