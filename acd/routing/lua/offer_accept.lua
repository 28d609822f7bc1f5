-- Accept an offer: the first valid accept wins, the others are withdrawn. Again, it answers the same.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, interaction, number, agent
-- RETURNS {due, "accepted", winner} | {0, "accepted", winner} | {0, "taken", winner} | {0, "expired", ""}
--         | {0, "withdrawn", ""} | {0, "unknown", ""}
-- EVENTS  offer.accepted, offer.withdrawn*, interaction.active?, transfer.completed?, wrap_up.started?, offer.made*
--- include("sharing")
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
    if x.won == n and x.agent == id then return {0, 'accepted', id} end
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
local transfer = kept(x, 'transfer')
local others = x.live
table.remove(others, at)
if others[1] then withdraw_all(x, 'taken', id) end
short_remove(x)
untimer('o|' .. x.id .. '|' .. ARGV[4])
local giver, waited, told = nil, nil, ''
if transfer then
  giver, waited = agent(x.agent), now - transfer.since
  keep(x, 'transfer', nil)
else
  waited, told = times.this_wait(x, now), estimate.told(x)
  x.accepted = now
  wait.over(x)
  count(q, -1, 1)
  count_served(q)
  estimate.count(q, x, x.ring_ms)
end
x.won = n
sharing.remember(x, ARGV[4], 'a')
x.agent, x.winner = id, id
local connect_ms = sharing.connect_ms(x, q)
set_state(x, connect_ms and 'connecting' or 'active')
touch(a)
a.missed[q.channel], a.failed[q.channel] = 0, 0
local card = card_of(x)
emit('offer.accepted', describe(x, ARGV[4], id), '{"waited_ms":' .. digits(waited) .. told
  .. (giver and ',"transfer":"' .. giver.id .. '"' or '') .. '}', a, x, card)
if connect_ms then timer('n|' .. x.id .. '|' .. n, now + connect_ms)
else emit('interaction.active', describe(x, nil, id), times.told(x), a, nil, card) end
if giver then
  emit('transfer.completed', describe(x, nil, giver.id), '{"to":"' .. id .. '"}', giver)
  sharing.hand_off(x, giver, q)
else sharing.watch(x, q) end
return {commit(), 'accepted', id}
