-- Accept an offer: the first valid accept wins, the others are withdrawn. Again, it answers the same.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent
-- RETURNS {due, "accepted", winner} | {0, "accepted", winner} | {0, "taken", winner} | {0, "expired", ""}
--         | {0, "withdrawn", ""} | {0, "unknown", ""}
-- EVENTS  offer.accepted, offer.withdrawn*, interaction.active?, offer.made*
--- include("drain")
--- include("late")
--- include("callback")
--- include("estimate")
begin(ARGV[1], key('ix', ARGV[3]), key('live', ARGV[5]))
lot = tonumber(ARGV[2])
local n, id = tonumber(ARGV[4]), ARGV[5]
local x = interaction(ARGV[3])
if not x then return {0, 'unknown', ''} end
local at = find_offer(x, n)
if not at then
  local past = past_of(x, n)
  if not past then return {0, 'unknown', ''} end
  if past == 'accepted' then
    if x.won == n and x.winner == id then return {0, 'accepted', id} end
    if x.agent == '' then return {0, 'withdrawn', ''} end
    past = 'taken'
  end
  if x.agent ~= '' and x.agent ~= id then return {0, 'taken', x.agent} end
  if past == 'taken' then return {0, 'taken', winner_of(x)} end
  if past == 'expired' then return {0, 'expired', ''} end
  return {0, 'withdrawn', ''}
end
if x.live[at].agent ~= id then return {0, 'unknown', ''} end

local q = queue(x.queue)
local a = agent(id)
local others = x.live
table.remove(others, at)
if others[1] then withdraw_all(x, 'taken', id) end
short_remove(x)
untimer('o|' .. x.id .. '|' .. ARGV[4])
if x.leased then call('ZREM', key('leases'), 'c|' .. x.id) end
if x.lost > 0 then
  untimer('c|' .. x.id)
  x.lost = 0
end
x.epoch = x.epoch + 1
local told, back = estimate.told(x), callback.pending(x)
x.agent, x.winner, x.won, x.accepted, x.past = id, id, n, now, x.past .. ARGV[4] .. '=a,'
if x.excluded ~= '' then untimer('x|' .. x.id) end
if x.more then pools.leave(x) end
limits.disarm(x)
set_state(x, (back or q.channel == 2) and 'connecting' or 'active')
count(q, -1, 1)
count_served(q)
estimate.count(q, x)
touch(a)
a.missed[q.channel], a.failed[q.channel] = 0, 0
local card = card_of(x)
emit('offer.accepted', describe(x, ARGV[4], id), '{"waited_ms":' .. digits(now - x.enqueued) .. told .. '}', a, x, card)
if x.state == 'connecting' then
  timer('n|' .. x.id .. '|' .. x.offers, now + (back and callback.dial_ms(q) or q.connect_ms))
else emit('interaction.active', describe(x, nil, id), '{}', a, nil, card) end
return {commit(), 'accepted', id}
