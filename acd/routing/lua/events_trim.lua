-- Forget the log up to an event that is recorded; an entry that holds one behind it stays. Where that event was never
-- said here, another server served meanwhile, and this one has to be made sure of.
-- KEYS    1 tenant prefix
-- ARGV    recorded (its id)
-- RETURNS {number of entries forgotten; -1: it was never said here}
-- EVENTS  none
--- include("base")
local DOUBT_MS = 60000 -- two that both serve for long would else overtake one another all the time
local of, n = string.match(ARGV[1], '^(%d+)-(%d+)$')
of, n, now = tonumber(of), tonumber(n), clock.read(call('GET', key('clock')))
if of > generation or of == generation and n > seq then
  local at_ms, last_ms = clock.server_ms(), tonumber(call('HGET', key('meta'), 'doubted')) or 0
  if at_ms >= last_ms + DOUBT_MS then
    call('HSET', key('meta'), 'doubted', at_ms)
    call('HDEL', key('meta'), 'server')
    server.forget()
  end
  return {-1}
end
if of == generation and n > recorded then
  recorded = n
  clock.write()
end
return {call('XTRIM', key('events'), 'MINID', digits(of) .. '-' .. digits(n + 1))}
