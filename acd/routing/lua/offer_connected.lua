-- Media flows: the accepted call is active. For a callback that means that the customer answered.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent
-- RETURNS {due, "connected"} | {0, "connected_before"} | {0, "late"} | {0, "unknown"}
-- EVENTS  interaction.active
--- include("callback")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
if not x then return {0, 'unknown'} end
if x.agent ~= ARGV[5] or x.won ~= tonumber(ARGV[4]) then return {0, 'late'} end
if x.state == 'active' then return {0, 'connected_before'} end
if x.state ~= 'connecting' then return {0, 'late'} end
if callback.pending(x) then callback.answered(x)
else
  local told = times.told(x)
  untimer('n|' .. x.id .. '|' .. x.won)
  set_state(x, 'active')
  emit('interaction.active', describe(x, nil, x.agent), told, agent(x.agent), x, card_of(x))
  touch(agent(x.agent))
end
return {commit(), 'connected'}
