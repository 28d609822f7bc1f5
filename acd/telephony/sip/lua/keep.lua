-- Write a record of a node's, or drop it.
-- KEYS    1 ledger
-- ARGV    life, name, record (empty: drop it)
-- RETURNS 1 | 2 (nothing was known of the node, so that what it wrote before is gone) | 0 (another node has its calls)
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[2]) else redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) end
if owner then return 1 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
return 2
