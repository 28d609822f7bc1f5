-- A node begins on its address: what was left there is its own from now on.
-- KEYS    1 ledger, 2 nodes
-- ARGV    life, address, rtpengine's address
-- RETURNS {name, record…}
local kept = redis.call('HGETALL', KEYS[1])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'engine', ARGV[3])
redis.call('PEXPIRE', KEYS[1], 86400000)
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1] .. ' 0')
return kept
