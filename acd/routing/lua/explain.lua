-- Why, and why not: how the agents of the interaction's department stand to it now, a page at a time.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, interaction, after (the last agent of the page before, or '')
-- RETURNS {now_ms, interaction fields or {}, position or 0, facts as JSON, agents: {{id, standing, place, tied, offer,
--         until_ms, reasons: {{code, …}…}}…}, next or ''}
-- EVENTS  none
--- include("explaining")
local clock = read_clock(ARGV[1])
local x = interaction(ARGV[2])
if not x then return {clock, {}, 0, '{}', {}, ''} end
now = clock
local place = x.state == 'waiting' and place_of(x)
local page, next_after = explaining.page(x, ARGV[3])
return {clock, read_interaction(x.id), place and place + 1 or 0, explaining.facts(x), page, next_after}
