-- When a queue is open: instants, computed from its calendar. Closing now or later asks for those in line.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, queue, hours (`open,close;…` in ms, in their order; `-` never; empty: always)
-- RETURNS {due, "set"} | {0, "unchanged"} | {0, "unknown"}
-- EVENTS  interaction.moved*, interaction.callback*, interaction.ended*, offer.made*
--- include("policy")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local id, hours = ARGV[3], ARGV[4]
local q = queue(id)
if not q or q.state == 'closing' then return {0, 'unknown'} end
if (call('HGET', key('queue', id), 'given') or '') == hours then return {0, 'unchanged'} end
local was = limits.closed_since(q)
q.hours = hours ~= '' and hours or nil
if limits.closed_since(q) == 0 then
  -- closed without a period that tells since when: since it was closed before, or since now
  q.hours = '0,' .. digits(was or now) .. ';' .. (hours == '-' and '' or hours)
end
call('HSET', key('queue', id), 'given', hours)
q.dirty = true
untimer('h|' .. id .. '|')
policy.close(id, '')
return {commit(), 'set'}
