-- Forget the log up to an entry that is recorded; what follows it is never trimmed.
-- KEYS    1 tenant prefix
-- ARGV    recorded (stream id)
-- RETURNS number of entries forgotten
-- EVENTS  none
--- include("base")
local ms, n = string.match(ARGV[1], '^(%d+)-(%d+)$')
return call('XTRIM', key('events'), 'MINID', ms .. '-' .. string.format('%.0f', tonumber(n) + 1))
