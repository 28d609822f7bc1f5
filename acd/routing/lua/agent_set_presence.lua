-- An agent says what they are, on one channel or all; leaving a channel takes back its rings without
-- blame; to be available lifts what was missed there.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, agent, channel (1 to 3, 0 = all), availability, reason, seq (0 = the next),
--         finished (1 = when the last slot is free: `finishing` until then)
-- RETURNS {due, "set", seq} | {0, "stale", seq} | {0, "unknown", 0}
-- EVENTS  presence.changed, offer.withdrawn*, interaction.requeued*, interaction.parked*, transfer.returned*,
--         offer.made*
--- include("presence")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('set_presence', ARGV[4], ARGV[3], function()
  local a = agent(ARGV[4])
  if not a or a.gone then return {0, 'unknown', 0} end
  local channel, word, reason, asked = tonumber(ARGV[5]), ARGV[6], ARGV[7], tonumber(ARGV[8])
  local last = tonumber(call('HGET', key('agent', a.id), 'presence_seq'))
  if asked > 0 and asked <= last then return {0, 'stale', last} end
  if asked == 0 then asked = last + 1 end
  call('HSET', key('agent', a.id), 'presence_seq', asked, 'before', '')
  if a.presence == 'ooo' and word ~= 'offline' then
    -- signed in: idle since now at the earliest
    a.idle, a.idled = now, true
  end
  if word == 'available' then
    for c = 1, 3 do
      if channel == 0 or channel == c then a.missed[c], a.failed[c] = 0, 0 end
    end
    misses.lift(a, channel)
  end
  local to = ARGV[9] == '1' and settling.FINISHING[word] or LETTER[word]
  presence_event(a, channel > 0 and channel, WORD[to], reason, 'said', settling.AFTER[to])
  for c = 1, 3 do
    if channel == 0 or channel == c then say(a, c, to, reason) end
  end
  touch(a)
  return {commit(), 'set', asked}
end, true)
