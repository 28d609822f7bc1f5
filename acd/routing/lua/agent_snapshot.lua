-- Everything live about one agent, in one step.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, agent
-- RETURNS {now_ms, agent fields…} or {now_ms, ""}; then sessions, lease_until_ms, held: {{id, interaction fields…}…},
--         those of their idle chats last
-- EVENTS  none
--- include("reading")
local id = ARGV[2]
local clock = read_clock(ARGV[1])
local fields = read_agent(id)
if not fields then return {clock, '', 0, 0, {}} end
local held = {}
for _, one in ipairs(desk.held(desk.look(id))) do held[#held + 1] = read_interaction(one) end
for _, one in ipairs(call('SMEMBERS', key('idle', id))) do held[#held + 1] = read_interaction(one) end
return {clock, fields, call('ZCARD', key('sessions', id)),
  tonumber(call('ZSCORE', key('leases'), 'a|' .. id) or 0), held}
