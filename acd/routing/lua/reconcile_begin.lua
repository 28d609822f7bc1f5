-- Take up a state that this server has not served yet: one node at a time, by a lease that the same call renews.
-- KEYS    1 tenant prefix
-- ARGV    token (begins with the prefix), lease_ms (0: only say whether it is served)
-- RETURNS {"served"} | {"busy", lease_left_ms} | {"begun", generation or 0, seq, promoted: 1 if it was a replica,
--         unfinished: 1 if somebody has begun a generation and came to no end}
-- EVENTS  none
--- include("base")
local token, clock_ms = ARGV[1], clock.server_ms()
local m = call('HMGET', key('meta'), 'server', 'reconciler', 'reconciler_until', 'advanced')
if not m[2] and m[1] == server.run_id() then return {'served'} end
local left = m[2] and m[2] ~= token and tonumber(m[3]) - clock_ms or 0
if left > 0 or ARGV[2] == '0' then return {'busy', left} end
call('HSET', key('meta'), 'reconciler', token, 'reconciler_until', digits(clock_ms + tonumber(ARGV[2])))
server.forget()
local text = call('GET', key('clock'))
clock.read(text)
-- where it was copied from, if ever: zeros for a server that only ever served itself
local source = string.match(call('INFO', 'replication'), 'master_replid2:(%x+)')
local promoted = source and string.find(source, '[^0]') and 1 or 0
return {'begun', text and generation or 0, seq, promoted, m[4] and 1 or 0}
