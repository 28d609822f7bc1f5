-- An agent begins an interaction: theirs and active at once, if they have room. The same id again changes nothing.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, queue, contact, conversation, level, card, agent, events_max
-- RETURNS {due, "opened", state} | {0, "known", state} | {0, "unknown_queue", ""} | {0, "overloaded", ""}
--         | {0, "unknown_agent", ""} | {0, "not_here", ""} | {0, "full", ""}
-- EVENTS  interaction.opened
--- include("sharing")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local known = interaction(ARGV[3])
if known then return {0, 'known', known.state} end
local q = queue(ARGV[4])
if not q or q.state == 'closing' then return {0, 'unknown_queue', ''} end
local a = agent(ARGV[9])
local refused = sharing.absent(a, q.channel) or not has_room(a, q.channel) and 'full'
if refused then return {0, refused, ''} end
if seq - recorded >= tonumber(ARGV[10]) then return {0, 'overloaded', ''} end
local x = new_interaction(ARGV[3], q.id, ARGV[5], ARGV[6], tonumber(ARGV[7]), now, false, ARGV[8])
x.agent, x.winner, x.accepted = a.id, a.id, now
keep(x, 'opened', a.id)
set_state(x, 'active')
hold(a, q.channel, x.id)
count(q, 0, 1)
emit('interaction.opened', describe(x, nil, a.id), '{"channel":"' .. NAMES[q.channel] .. '","level":' .. ARGV[7]
  .. ',"enqueued_ms":' .. digits(now) .. '}', a, x, card_of(x))
sharing.watch(x, q)
return {commit(), 'opened', x.state}
