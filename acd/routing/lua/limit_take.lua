-- Take one token of a rate limit's bucket. The key holds when the bucket will be full again, and goes then.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, bucket, step_ms, room_ms
-- RETURNS {0, 0} | {0, wait_ms}
-- EVENTS  none
local now, step, room = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local name = KEYS[1] .. 'limit:' .. ARGV[3]
local full = math.max(now, tonumber(redis.call('GET', name) or now)) + step
if full - now > room then return {0, math.ceil(full - now - room)} end
redis.call('SET', name, string.format('%.3f', full), 'PX', math.ceil(full - now))
return {0, 0}
