-- A new generation begins: its events are numbered on.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, generation, seq
-- RETURNS {due, "advanced"}
-- EVENTS  none
--- include("reconciling")
begin(ARGV[1])
generation, seq = tonumber(ARGV[3]), math.max(seq, tonumber(ARGV[4]))
recorded = seq
call('HDEL', key('meta'), 'ticker')
call('HSET', key('meta'), 'advanced', '1') -- until reconcile_end: who takes over begins anew
return {commit(), 'advanced'}
