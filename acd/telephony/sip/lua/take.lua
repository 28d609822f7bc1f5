-- Take over calls of a node that has said nothing since `said`: whoever is first has them. Who talks comes before who waits.
-- KEYS    1 ledger, 2 nodes, 3 the other's ledger
-- ARGV    life, the other's address, said, the most calls
-- RETURNS {name, record…} | {} (it lives, another node was first or has ours, or there is room for no call)
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] or redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return {} end
local kept, room = redis.call('HGETALL', KEYS[3]), tonumber(ARGV[4])
local calls, left, taken = {}, {}, {}
local apart = redis.call('HGET', KEYS[1], 'engine') ~= redis.call('HGET', KEYS[3], 'engine')

local function dialog_of(leg) return leg and leg ~= cjson.null and leg.dialog end

for i = 1, #kept, 2 do
  if string.sub(kept[i], 1, 2) == 'c:' then calls[#calls + 1] = {name = kept[i], text = kept[i + 1]} end
end
-- nothing is taken: should it only have been slow, it goes on
if #calls > 0 and room < 1 then return {} end
if #calls > room then
  for _, call in ipairs(calls) do
    call.said = cjson.decode(call.text)
    call.talks = call.said.bridged ~= cjson.null or call.said.away ~= cjson.null
  end
  -- names begin with the time
  table.sort(calls, function(a, b) if a.talks ~= b.talks then return a.talks end return a.name < b.name end)
  for i = room + 1, #calls do
    local said = calls[i].said
    local dialogs = {dialog_of(said.caller) or '', dialog_of(said.away) or ''}
    for _, device in ipairs(said.devices) do dialogs[#dialogs + 1] = dialog_of(device.leg) or '' end
    left[calls[i].name] = true
    for _, dialog in ipairs(dialogs) do left['d:' .. dialog] = true end
  end
end

for i = 1, #kept, 2 do
  local name, record = kept[i], kept[i + 1]
  local kind = string.sub(name, 1, 2)
  if (kind == 'd:' or kind == 'c:') and not left[name] then
    redis.call('HSET', KEYS[1], name, record)
    redis.call('HDEL', KEYS[3], name)
    taken[#taken + 1] = name
    taken[#taken + 1] = record
    -- its own rtpengine keeps pairings of them, which it alone can delete
    if kind == 'c:' and apart then redis.call('HSET', KEYS[3], 'g:' .. string.sub(name, 3), '{}') end
  end
end
-- the other learns from this that its life is over, should it go on
redis.call('HSET', KEYS[3], 'owner', '')
redis.call('PEXPIRE', KEYS[3], 86400000)
if #calls <= room then redis.call('HDEL', KEYS[2], ARGV[2]) end
return taken
