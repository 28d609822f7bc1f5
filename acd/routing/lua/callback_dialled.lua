-- The customer of a callback was called by whoever accepted that offer: they answered, or not; or could not be called.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent, outcome (answered, no_answer or not_called)
-- RETURNS {due, "active"} | {due, "parked", until_ms} | {due, "unreached"} | {0, "late", state} | {0, "unknown"}
-- EVENTS  interaction.active?, interaction.parked?, interaction.ended?, agent.removed?, offer.made*
--- include("callback")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
if not x then return {0, 'unknown'} end
local back = callback.pending(x)
if not back or x.state ~= 'connecting' or x.agent ~= ARGV[5] or x.won ~= tonumber(ARGV[4]) then
  return {0, 'late', x.state}
end
if ARGV[6] == 'answered' then
  callback.answered(x)
  return {commit(), 'active'}
end
callback.unanswered(x, ARGV[6])
local hint = commit()
if x.state == 'ended' then return {hint, 'unreached'} end
return {hint, 'parked', back.next_ms}
