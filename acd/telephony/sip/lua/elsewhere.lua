-- Whether another node has a record of that name.
-- KEYS    the others' ledgers
-- ARGV    name
-- RETURNS 1 | 0
for _, ledger in ipairs(KEYS) do
  if redis.call('HEXISTS', ledger, ARGV[1]) == 1 then return 1 end
end
return 0
