-- What the directory says of a queue. A new strategy or order rebuilds its index in chunks.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, queue, version, settings, rules, index key (what the agents are indexed by), line key
-- RETURNS {due, "configured"} | {0, "unchanged"} | {0, "stale"}
-- EVENTS  queue.configured, offer.made*
--- include("building")
--- include("policy")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local id, version, settings, rules, index, line = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local hash = key('queue', id)
local old = call('HMGET', hash, 'version', 'settings', 'index', 'line', 'state', 'rules')
if old[1] then
  if version < tonumber(old[1]) then return {0, 'stale'} end
  if old[2] == settings and old[6] == rules and old[5] ~= 'closing' then
    call('HSET', hash, 'version', version)
    return {0, 'unchanged'}
  end
else
  call('HSET', hash, 'counts', pack(0, 0, 0, now, 0, 0, now))
end
call('SADD', key('queues'), id)
call('HSET', hash, 'version', version, 'settings', settings, 'rules', rules, 'index', index, 'line', line)
config = config + 1 -- agents hold its order and its times
emit('queue.configured', ',"queue":"' .. id .. '"', '{"version":' .. version .. '}')
if old[5] == 'building' or old[3] ~= index or old[4] ~= line or old[5] == 'closing' then
  call('HSET', hash, 'state', 'building')
  if not old[1] or old[5] == 'closing' then call('HSET', hash, 'fresh', '1') end
  for _, name in ipairs(lines_of(queue(id))) do
    if old[1] and old[3] ~= index then call('UNLINK', key('free', name)) end
    if old[1] and old[4] ~= line and call('EXISTS', key('line', name)) == 1 then
      if call('EXISTS', key('rescore', name)) == 1 then
        call('ZUNIONSTORE', key('rescore', name), 2, key('rescore', name), key('line', name))
        call('UNLINK', key('line', name))
      else call('RENAME', key('line', name), key('rescore', name)) end
    end
  end
  building.go_on(id, tostring(call('HINCRBY', hash, 'rebuild', 1)), '')
end
if old[1] and old[6] ~= rules then policy.rearm(queue(id)) end
return {commit(), 'configured'}
