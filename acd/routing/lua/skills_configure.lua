-- The skills that requirements may name. An older version is refused; pools there are stay.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, version, skills (a JSON list)
-- RETURNS {0, "configured"} | {0, "stale"}
-- EVENTS  none
--- include("base")
local version = tonumber(ARGV[3])
if version < tonumber(redis.call('HGET', key('meta'), 'skills_version') or 0) then return {0, 'stale'} end
redis.call('HSET', key('meta'), 'skills_version', version)
redis.call('UNLINK', key('skills'))
local skills = cjson.decode(ARGV[4])
if skills[1] then redis.call('SADD', key('skills'), unpack(skills)) end
return {0, 'configured'}
