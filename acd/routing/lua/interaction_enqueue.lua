-- Put an arrival in its line, or ring at once. The same id again changes nothing.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, queue, contact, conversation, level, card, leased, events_max, arrived_ms (0 = now),
--         reject (1 = where there is no such queue any more, it ends at once), requires (text of the requirement),
--         last_agent (who served the contact last, or '')
-- RETURNS {due, "queued", state, enqueued_ms, queue, diverted or "", agents…} | {0, "known", …the same}
--         | {0, "unknown_queue"} | {0, "overloaded"} | {0, "unknown_skill", skill}
-- EVENTS  interaction.queued, pool.refused?, interaction.relaxed?, interaction.moved*, interaction.callback?,
--         interaction.ended?, offer.made*
--- include("policy")
--- include("estimate")
begin(ARGV[1], key('ix', ARGV[3]), key('flow', ARGV[4]))
lot = tonumber(ARGV[2])
local id = ARGV[3]
local known = interaction(id)
if known then return {0, 'known', known.state, known.enqueued, known.queue, policy.diverted(known)} end
local q = queue(ARGV[4])
local gone = not q or q.state == 'closing'
if gone and ARGV[12] ~= '1' then return {0, 'unknown_queue'} end
local requires = ARGV[13]
local undeclared = not gone and pools.undeclared(q, requires)
if undeclared then return {0, 'unknown_skill', undeclared} end
if seq - recorded >= tonumber(ARGV[10]) then return {0, 'overloaded'} end

-- an arrival that could not be enqueued then keeps its age; nobody arrives in the future
local arrived = tonumber(ARGV[11])
if arrived == 0 or arrived > now then arrived = now end
local x = new_interaction(id, ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7]), arrived, ARGV[9] == '1', ARGV[8])
if requires ~= '' then keep(x, 'requires', requires) end
local last = not gone and ARGV[14] ~= '' and q.rules.last_agent
if last then sticky.prefer(x, q, ARGV[14]) end
if not gone then wait.vouch(x, q) end
emit('interaction.queued', describe(x), '{"channel":"' .. NAMES[channel_of(x.queue)] .. '","level":' .. ARGV[7]
  .. ',"enqueued_ms":' .. digits(arrived) .. (requires ~= '' and ',"requires":"' .. requires .. '"' or '')
  .. (last and ',"last_agent":"' .. ARGV[14] .. '"' or '') .. '}',
  nil, x)
if gone then finish(x, 'rejected', 'system', false, 'removed')
else
  if arrived < now then keep(x, 'entered', now) end
  policy.admit(x, q)
  if x.queue == q.id then retry(x) end
  drain()
  if x.state == 'waiting' then estimate.tell(queue(x.queue), x) end
end
local hint = commit()
local reply = {hint, 'queued', x.state, arrived, x.queue, policy.diverted(x)}
for i = 1, #x.live do reply[6 + i] = x.live[i].agent end
return reply
