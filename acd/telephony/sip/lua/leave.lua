-- A node ends and leaves its calls: others need not wait for its lease.
-- KEYS    1 ledger, 2 nodes
-- ARGV    life, address, what it says last
-- RETURNS 1 | 0 (another node has its calls)
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
