-- Forget the log up to an event that is recorded; an entry that holds one behind it stays. Where that event was never
-- said here, another server served meanwhile, and this one has to be made sure of.
-- KEYS    1 tenant prefix
-- ARGV    recorded (its id)
-- RETURNS number of entries forgotten
-- EVENTS  none
--- include("base")
local of, n = string.match(ARGV[1], '^(%d+)-(%d+)$')
of, n, now = tonumber(of), tonumber(n), clock.read(call('GET', key('clock')))
if of > generation or of == generation and n > seq then
  call('HDEL', key('meta'), 'server')
  server.forget()
  return 0
end
if of == generation and n > recorded then
  recorded = n
  clock.write()
end
return call('XTRIM', key('events'), 'MINID', digits(of) .. '-' .. digits(n + 1))
