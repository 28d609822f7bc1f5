-- A queue's indexes and counters are made anew: it offers nothing until its members are indexed, by timers.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, queue
-- RETURNS {due, "rebuilding"} | {0, "unknown"}
-- EVENTS  none
--- include("reconciling")
begin(ARGV[1])
local q = queue(ARGV[3])
if not q then return {0, 'unknown'} end
q.ringing, q.active, q.dirty = 0, 0, true
if q.state ~= 'closing' then reconcile.rebuild(q) else timer('r|' .. q.id, now) end
return {commit(), 'rebuilding'}
