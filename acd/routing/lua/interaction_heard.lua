-- The customer of a chat wrote: it is not silent. An idle one is its agent's again, or waits anew if they are gone; one
-- that just ended is taken up again in the slot that is in wrap-up for it.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction
-- RETURNS {due, what (moved, regained, requeued or nothing), state} | {0, "unknown", ""}
-- EVENTS  interaction.regained?, interaction.requeued?, capacity.over?, offer.made*
--- include("idling")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x = interaction(ARGV[3])
if not x then return {0, 'unknown', ''} end
local what = idling.hear(x)
if what == 'regained' or what == 'requeued' then return {commit(), what, x.state} end
store.write_timers()
return {0, what or 'nothing', x.state}
