-- The state is made sure of: this server serves it.
-- KEYS    1 tenant prefix
-- ARGV    token
-- RETURNS {"ended"} | {"fenced"}
-- EVENTS  none
--- include("base")
if call('HGET', key('meta'), 'reconciler') ~= ARGV[1] then return {'fenced'} end
call('HSET', key('meta'), 'server', server.run_id())
call('HDEL', key('meta'), 'reconciler', 'reconciler_until', 'advanced')
server.forget()
return {'ended'}
