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
local was, changed = a.presence, false
for channel = 1, 3 do
  local word, reason = ARGV[2 + 2 * channel], ARGV[3 + 2 * channel]
  if word ~= '' and word ~= WORD[letter(a, channel)] then
    -- the history does not tell what a `finishing` one will be
    local to = LETTER[word] or settling.FINISHING.away
    presence_event(a, channel, word, reason, 'restored', settling.AFTER[to])
    say(a, channel, to, reason)
    changed = true
  end
end
if not changed then return {0, 'as_told'} end
if was == 'ooo' then a.idle, a.idled = now, true end
if not call('ZSCORE', key('leases'), 'a|' .. a.id) then lapse(a) end
return {commit(), 'restored'}
