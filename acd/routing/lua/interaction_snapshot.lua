-- Everything live about one interaction, or its tombstone, in one step.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, interaction
-- RETURNS {now_ms, interaction fields or {}, position or 0, address_seq}
-- EVENTS  none
--- include("reading")
local clock = read_clock(ARGV[1])
local x = read_interaction(ARGV[2])
if x[2] == '' then return {clock, {}, 0, 0} end
local place = x[2] == 'waiting' and place_of(interaction(ARGV[2]))
return {clock, x, place and place + 1 or 0, interaction(ARGV[2]).told}
