-- Forget the log up to an event that is recorded; an entry that holds one behind it stays.
-- KEYS    1 tenant prefix
-- ARGV    recorded (its id)
-- RETURNS number of entries forgotten
-- EVENTS  none
--- include("base")
local of, n = string.match(ARGV[1], '^(%d+)-(%d+)$')
n, now = tonumber(n), clock.read(call('GET', key('clock')))
if tonumber(of) == generation and n > recorded then
  recorded = n
  clock.write()
end
return call('XTRIM', key('events'), 'MINID', of .. '-' .. digits(n + 1))
