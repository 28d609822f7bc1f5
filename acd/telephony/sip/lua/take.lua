-- Take over every call of a node that has said nothing since `said`: whoever is first has them all.
-- KEYS    1 ledger, 2 nodes, 3 the other's ledger
-- ARGV    life, the other's address, said
-- RETURNS {name, record…} | {} (it lives, another node was first, or has ours)
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] or redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return {} end
local kept, taken = redis.call('HGETALL', KEYS[3]), {}
local apart = redis.call('HGET', KEYS[1], 'engine') ~= redis.call('HGET', KEYS[3], 'engine')
redis.call('DEL', KEYS[3])
-- the other learns from this that its life is over, should it go on
redis.call('HSET', KEYS[3], 'owner', '')
redis.call('HDEL', KEYS[2], ARGV[2])
for i = 1, #kept, 2 do
  local name, record = kept[i], kept[i + 1]
  local kind = string.sub(name, 1, 2)
  if kind == 'd:' or kind == 'c:' then
    redis.call('HSET', KEYS[1], name, record)
    taken[#taken + 1] = name
    taken[#taken + 1] = record
  end
  -- its own rtpengine keeps pairings of them, which it alone can delete
  if kind == 'c:' and apart then redis.call('HSET', KEYS[3], 'g:' .. string.sub(name, 3), '{}') end
end
redis.call('PEXPIRE', KEYS[3], 86400000)
return taken
