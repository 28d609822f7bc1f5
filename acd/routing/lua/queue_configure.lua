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
local old = queue(id)
if old then
  if version < tonumber(old.version) then return {0, 'stale'} end
  if old.settings == settings and old.rules_text == rules and old.state ~= 'closing' then
    old.version = ARGV[4]
    store.put(key('flow', id), flow.text(old))
    store.write()
    return {0, 'unchanged'}
  end
end
local was = call('HMGET', hash, 'index', 'line')
local q = old and flow.of(id, old.ringing, old.active, old.served, old.served_ms, old.left, old.busy, old.left_ms,
    old.state, ARGV[4], settings, rules, old.hours or '', old.pools_text)
  or flow.of(id, 0, 0, 0, now, 0, 0, now, '', ARGV[4], settings, rules, '', '')
queues[id], q.dirty = q, true
call('SADD', key('queues'), id)
call('HSET', hash, 'index', index, 'line', line)
config = config + 1 -- agents hold its order and its times
emit('queue.configured', ',"queue":"' .. id .. '"', '{"version":' .. version .. '}')
if q.state ~= 'ready' or was[1] ~= index or was[2] ~= line then
  if q.state == '' or q.state == 'closing' then call('HSET', hash, 'fresh', '1') end
  q.state = 'building'
  for _, name in ipairs(lines_of(q)) do
    if old and was[1] ~= index then call('UNLINK', key('free', name)) end
    if old and was[2] ~= line and call('EXISTS', key('line', name)) == 1 then
      if call('EXISTS', key('rescore', name)) == 1 then
        call('ZUNIONSTORE', key('rescore', name), 2, key('rescore', name), key('line', name))
        call('UNLINK', key('line', name))
      else call('RENAME', key('line', name), key('rescore', name)) end
    end
  end
  building.go_on(id, tostring(call('HINCRBY', hash, 'rebuild', 1)), '')
end
if old and old.rules_text ~= rules then policy.rearm(q) end
return {commit(), 'configured'}
