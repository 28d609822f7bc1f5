-- The contact is there again: back to the old place in the line, or rejected if the queue is gone. One who is
-- called back on a chat answers by being there, unless they left a number to be called at.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction
-- RETURNS {due, "back"} | {0, state} | {0, "unknown"}
-- EVENTS  interaction.resumed?, interaction.active?, interaction.ended?, offer.made*
--- include("callback")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
if not x then return {0, 'unknown'} end
local back = callback.pending(x)
if back and back.number == '' and x.state == 'connecting' and channel_of(x.queue) == 1 then
  callback.answered(x)
  return {commit(), 'back'}
end
if x.lost == 0 or (x.state ~= 'parked' and x.state ~= 'ringing') then return {0, x.state} end
bring_back(x, queue(x.queue))
return {commit(), 'back'}
