-- A queue leaves the directory: no arrivals; those waiting leave by its overflow or end `rejected`, 64 a call; open
-- ones go on.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, queue, version
-- RETURNS {due, "removed"} | {0, "stale"} | {0, "unknown"}
-- EVENTS  queue.removed, interaction.moved*, interaction.ended*, offer.made*
--- include("closing")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local id = ARGV[3]
local q = queue(id)
if not q then return {0, 'unknown'} end
if tonumber(ARGV[4]) < tonumber(q.version) then return {0, 'stale'} end
if q.state == 'closing' then return {0, 'unknown'} end
q.state, q.version, q.dirty = 'closing', ARGV[4], true
call('SREM', key('queues'), id)
for _, name in ipairs(lines_of(q)) do call('UNLINK', key('free', name), key('here', name)) end
config = config + 1
emit('queue.removed', ',"queue":"' .. id .. '"', '{"version":' .. ARGV[4] .. '}')
close(id)
return {commit(), 'removed'}
