-- A phone was picked up and is asked for a digit: its offer lasts long enough for it, once.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent, extra_ms
-- RETURNS {due, "extended", deadline_ms} | {0, "extended_before", deadline_ms} | {0, "late"} | {0, "unknown"}
-- EVENTS  offer.extended
--- include("drain")
begin(ARGV[1])
local x = interaction(ARGV[3])
local n = tonumber(ARGV[4])
if not x or n < 1 or n > x.offers then return {0, 'unknown'} end
local at = find_offer(x, n)
if not at then return {0, 'late'} end
local o = x.live[at]
if o.agent ~= ARGV[5] then return {0, 'unknown'} end
if o.extended then return {0, 'extended_before', o.deadline} end
o.delivered, o.extended, o.deadline = true, true, math.max(o.deadline, now + tonumber(ARGV[6]))
change(x)
timer('o|' .. x.id .. '|' .. ARGV[4], o.deadline)
emit('offer.extended', describe(x, ARGV[4], o.agent), '{"deadline_ms":' .. digits(o.deadline) .. '}', agent(o.agent))
return {commit(), 'extended', o.deadline}
