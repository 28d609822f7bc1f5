-- What the history says of an agent is put into force where the live state is older.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, agent, said… (of chats, calls, tickets: availability, or '' where nothing is known, and reason)
-- RETURNS {due, "restored"} | {0, "as_told"} | {0, "unknown"}
-- EVENTS  presence.changed*, presence.grace?
--- include("reconciling")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local a = agent(ARGV[3])
if not a or a.gone then return {0, 'unknown'} end
local v = call('HMGET', key('agent', a.id), 'reason1', 'reason2', 'reason3', 'before')
local was, before, changed = a.presence, v[4] or '', false
for channel = 1, 3 do
  local word, reason, is = ARGV[2 + 2 * channel], ARGV[3 + 2 * channel], letter(a, channel)
  -- nobody comes back to what they were before they said this
  if word ~= '' and before ~= '' then before = string.sub(before, 1, channel - 1) .. 'o' .. string.sub(before, channel + 1) end
  if word ~= '' and (word ~= WORD[is] or reason ~= (v[channel] or '')) then
    -- the history does not tell what a `finishing` one will be
    local to = word == WORD[is] and is or LETTER[word] or settling.FINISHING.away
    if to == 'a' then a.missed[channel], a.failed[channel] = 0, 0 end
    presence_event(a, channel, word, reason, 'restored', settling.AFTER[to])
    say(a, channel, to, reason) -- no ring is left to take back: all have ended with the generation before
    changed = true
  end
end
if before ~= (v[4] or '') then call('HSET', key('agent', a.id), 'before', before) end
if not changed then return {0, 'as_told'} end
if was == 'ooo' then a.idle, a.idled = now, true end
if not a.capacity.phone and not call('ZSCORE', key('leases'), 'a|' .. a.id) then lapse(a) end
return {commit(), 'restored'}
