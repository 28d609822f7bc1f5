-- Give a token of a rate limit's bucket back: what it was taken for did not happen.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, bucket, step_ms
-- RETURNS {0, 0}
-- EVENTS  none
local now, step = tonumber(ARGV[1]), tonumber(ARGV[4])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local name = KEYS[1] .. 'limit:' .. ARGV[3]
local full = tonumber(redis.call('GET', name) or now) - step
if full > now then
  redis.call('SET', name, string.format('%.3f', full), 'PX', math.ceil(full - now))
else
  redis.call('DEL', name)
end
return {0, 0}
