-- A node says that it lives, and sees what the others said last.
-- KEYS    1 ledger, 2 nodes
-- ARGV    life, address, number of the beat
-- RETURNS {address, what it said…} | {} (another node has its calls)
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[1] then return {} end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1] .. ' ' .. ARGV[3])
-- numbers of callers are kept no longer than somebody may go on with them
redis.call('PEXPIRE', KEYS[1], 86400000)
return redis.call('HGETALL', KEYS[2])
