-- Who waits in a queue, over all its pools and the personal lines, in the order of its line. Of those who wait for one
-- agent the first to arrive are looked at, as many as are asked for.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, queue, at most
-- RETURNS {now_ms, {{interaction, pool, level, enqueued_ms, contact, conversation, requires or '', card, is callback,
--         exclusions, or '' where it waits for one agent and rings at no other}…}}
-- EVENTS  none
--- include("reading")
--- include("pool")
local clock = read_clock(ARGV[1])
local q, most = queue(ARGV[2]), tonumber(ARGV[3])
if not q then return {clock, {}} end
local found = {}
local function scored(id)
  local x = interaction(id)
  if x then found[#found + 1] = {line_score(q, x.level, x.enqueued), id} end
end
for _, name in ipairs(lines_of(q)) do
  local entries = call('ZRANGE', key('line', name), 0, most - 1, 'WITHSCORES')
  for i = 1, #entries, 2 do found[#found + 1] = {tonumber(entries[i + 1]), entries[i]} end
  -- what is not scored anew yet
  for _, id in ipairs(call('ZRANGE', key('rescore', name), 0, most - 1)) do scored(id) end
end
-- (`ages` has them by their arrival, among others)
local personal = call('ZINTER', 2, key('ages', q.id), key('personal', q.id), 'WEIGHTS', 1, 0)
for i = 1, math.min(most, #personal) do scored(personal[i]) end
table.sort(found, function(one, other)
  if one[1] ~= other[1] then return one[1] < other[1] end
  return one[2] < other[2]
end)
local told = {}
for i = 1, math.min(most, #found) do
  local x = interaction(found[i][2])
  told[i] = {x.id, x.pool, x.level, x.enqueued, x.contact, x.conversation, kept(x, 'requires') or '', x.card,
    kept(x, 'callback') and 1 or 0, kept(x, 'personal') and '' or x.excluded}
end
return {clock, told}
