-- Rebuilding a queue's indexes in chunks; until done the queue is `building` and offers nothing.
--- include("presence")
local CHUNK = 200

-- Score the waiting anew, then index the members who are here, then match. n counts the queue's rebuilds:
-- the timer of one that a later change overtook does nothing.
local function build(id, n, cursor)
  local q = queue(id)
  if not q or q.state ~= 'building' or call('HGET', key('queue', id), 'build') ~= n then return end
  local entries = call('ZRANGE', key('rescore', id), 0, CHUNK - 1)
  for i = 1, #entries do
    local x = interaction(entries[i])
    call('ZADD', key('line', id), line_score(q, x.level, x.enqueued), x.id)
  end
  if entries[1] then call('ZREM', key('rescore', id), unpack(entries)) end
  if #entries == CHUNK then
    timer('b|' .. id .. '|' .. n .. ':', now)
    return
  end
  -- who is a member of a queue that was not there before is only known from the agents
  local fresh = call('HEXISTS', key('queue', id), 'fresh') == 1
  local members = call('ZRANGE', key(fresh and 'agents' or 'here', not fresh and id), cursor == '' and '-' or '(' .. cursor,
    '+', 'BYLEX', 'LIMIT', 0, CHUNK)
  for i = 1, #members do
    local a = agent(members[i])
    if a then
      a.rewrite = true
      touch(a)
      if fresh and letter(a, q.channel) == 'a' then
        local list = a.lists[q.channel]
        for k = 1, #list do
          if list[k][1] == id then call('ZADD', key('here', id), 0, a.id) end
        end
      end
    end
  end
  if #members == CHUNK then
    timer('b|' .. id .. '|' .. n .. ':' .. members[CHUNK], now)
    return
  end
  q.state = 'ready'
  call('HSET', key('queue', id), 'state', 'ready')
  if fresh then call('HDEL', key('queue', id), 'fresh') end
  drain_pool(id, '')
  local short = call('ZRANGE', key('short', id), 0, OFFERS - 1)
  for i = 1, #short do retry(interaction(short[i])) end
end
