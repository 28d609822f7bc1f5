-- Forget the log up to an event that is recorded; an entry that holds one behind it stays.
-- KEYS    1 tenant prefix
-- ARGV    recorded (its id)
-- RETURNS number of entries forgotten
-- EVENTS  none
--- include("base")
local generation, n = string.match(ARGV[1], '^(%d+)-(%d+)$')
return call('XTRIM', key('events'), 'MINID', generation .. '-' .. string.format('%.0f', tonumber(n) + 1))
