-- What the history says of an interaction is put into force where the live state had lost it.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, queue, contact, conversation, level, card, leased, enqueued_ms, state, agent,
--         outcome, accepted_ms, offers, requires (text of the requirement), tries (empty: it is no callback),
--         last_agent (who served the contact last, or ''), hops (`queue;…` from which rules moved it on)
-- RETURNS {due, "restored", state} | {0, "as_told"}
-- EVENTS  interaction.queued?, interaction.restored?, interaction.requeued?, interaction.resumed?,
--         interaction.callback?, interaction.ended?, offer.withdrawn*, transfer.returned?, guest.left*, presence.grace?,
--         capacity.over?
--- include("reconciling")
begin(ARGV[1])
lot = tonumber(ARGV[2])
local x, q = interaction(ARGV[3]), queue(ARGV[4])
local past = {queue = ARGV[4], level = tonumber(ARGV[7]), state = ARGV[11], owner = '', tries = tonumber(ARGV[17])}
local a, accepted = ARGV[12] ~= '' and agent(ARGV[12]), tonumber(ARGV[14])
if past.state == 'ended' then
  if not x or x.state == 'ended' then return {0, 'as_told'} end
  finish(x, ARGV[13], 'failover', false)
  return {commit(), 'restored', 'ended'}
end
if x and x.state == 'ended' then return {0, 'as_told'} end
if (past.state == 'active' or past.state == 'idle') and a and not a.gone then past.owner = a.id end
if x and reconcile.as_told(x, past) then return {0, 'as_told'} end
local known = x
if x then
  reconcile.let_go(x)
  if q and x.queue ~= q.id then moving.enter(x, q.id) end
  x.level = past.level
  change(x)
else
  x = new_interaction(ARGV[3], ARGV[4], ARGV[5], ARGV[6], past.level, tonumber(ARGV[10]), ARGV[9] == '1', ARGV[8])
  x.offers = tonumber(ARGV[15]) + reconcile.RENUMBER
  if q and ARGV[16] ~= '' and not pools.undeclared(q, ARGV[16]) then keep(x, 'requires', ARGV[16]) end
  -- when it came into this queue is not known, nor how long it was served
  keep(x, 'entered', now)
  if accepted > 0 and past.owner == '' then
    x.accepted = math.min(accepted, now)
    times.pause(x, x.accepted)
    times.wait_anew(x)
  end
  local sticks = q and q.rules.last_agent and ARGV[18] ~= ''
  if sticks then sticky.prefer(x, q, ARGV[18]) end
  emit('interaction.queued', describe(x), '{"channel":"' .. NAMES[channel_of(x.queue)] .. '","level":' .. ARGV[7]
    .. ',"enqueued_ms":' .. ARGV[10] .. reconcile.required(x) .. (sticks and ',"last_agent":"' .. ARGV[18] .. '"' or '')
    .. '}', nil, x)
end
local hops = {}
for hop in string.gmatch(ARGV[19], '[^;]+') do hops[#hops + 1] = hop end
if hops[1] then keep(x, 'hops', hops) end
if past.tries then reconcile.call_back(x, past) end
if not q or q.state == 'closing' then finish(x, 'rejected', 'failover', false)
elseif past.owner ~= '' then reconcile.give_back(x, q, a, accepted)
else
  wait.vouch(x, q)
  if known then reconcile.tell(x, nil, x) end
  retry(x)
end
return {commit(), 'restored', x.state}
