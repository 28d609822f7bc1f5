-- Who waits in a queue, over all its pools, in the order of its line.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, queue, at most
-- RETURNS {now_ms, {{interaction, pool, level, enqueued_ms, contact, conversation, requires or '', card, is callback}…}}
-- EVENTS  none
--- include("reading")
--- include("pool")
local clock = read_clock(ARGV[1])
local q, most = queue(ARGV[2]), tonumber(ARGV[3])
if not q then return {clock, {}} end
local names, found = {q.id}, {}
for i = 1, #q.pools do names[i + 1] = q.pools[i].name end
for i = 1, #names do
  for _, line in ipairs({'line', 'rescore'}) do
    local ids = call('ZRANGE', key(line, names[i]), 0, most - 1)
    for k = 1, #ids do
      local x = interaction(ids[k])
      if x then found[#found + 1] = {line_score(q, x.level, x.enqueued), x} end
    end
  end
end
table.sort(found, function(one, other)
  if one[1] ~= other[1] then return one[1] < other[1] end
  return one[2].id < other[2].id
end)
local told = {}
for i = 1, math.min(most, #found) do
  local x = found[i][2]
  told[i] = {x.id, x.pool, x.level, x.enqueued, x.contact, x.conversation, kept(x, 'requires') or '', x.card,
    kept(x, 'callback') and 1 or 0}
end
return {clock, told}
