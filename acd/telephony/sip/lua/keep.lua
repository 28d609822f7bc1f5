-- Write records of a node's, or drop them.
-- KEYS    1 ledger
-- ARGV    life, then name, record (empty: drop it)…
-- RETURNS 1 | 2 (nothing was known of the node, so that what it wrote before is gone) | 0 (another node has its calls)
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i]) else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
if owner then return 1 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
return 2
