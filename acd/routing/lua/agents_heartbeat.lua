-- The consoles and the waiting contacts that a node still holds: their leases are renewed.
-- One that had lapsed meanwhile is back: the node is the evidence.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, number of consoles, (agent, session)…, contacts' interactions…
-- RETURNS {due, renewed}
-- EVENTS  presence.changed*, interaction.resumed*, interaction.ended*, offer.made*
--- include("presence")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local consoles = tonumber(ARGV[3])
local leases = key('leases')
local renewed, wrote = 0, false
local lease_of = {}
for i = 4, 3 + 2 * consoles, 2 do
  local id, session = ARGV[i], ARGV[i + 1]
  local lease_ms = lease_of[id] or tonumber(call('HGET', key('agent', id), 'lease_ms') or nil)
  if lease_ms then
    lease_of[id] = lease_ms
    local sessions = key('sessions', id)
    renewed = renewed + 1
    if call('ZADD', sessions, 'XX', 'CH', now + lease_ms, session) == 1 or call('ZSCORE', sessions, session) then
      call('ZADD', leases, 'GT', now + lease_ms, 'a|' .. id)
    else
      local a = agent(id)
      if a and not a.gone then
        call('ZADD', sessions, now + lease_ms, session)
        call('ZADD', leases, now + lease_ms, 'a|' .. id)
        returned(a)
        wrote = true
      end
    end
  end
end
for i = 4 + 2 * consoles, #ARGV do
  local member = 'c|' .. ARGV[i]
  if call('ZSCORE', leases, member) then
    local x = interaction(ARGV[i])
    local q = x and queue(x.queue)
    if q then call('ZADD', leases, now + q.lease_ms, member) end
    renewed = renewed + 1
  else
    local x = interaction(ARGV[i])
    if x and x.leased and x.lost > 0 and (x.state == 'parked' or x.state == 'ringing') then
      bring_back(x, queue(x.queue))
      renewed, wrote = renewed + 1, true
    end
  end
end
if wrote or #touched > 0 then return {commit(), renewed} end
clock.write()
return {0, renewed}
