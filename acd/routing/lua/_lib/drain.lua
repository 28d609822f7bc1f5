-- Drain: what a script changed is matched before it ends. No interaction waits while an eligible agent is free.
-- EVENTS  of any verb that ends in `commit`, besides its own: offer.made*, interaction.relaxed*, pool.refused*,
--         interaction.moved*, interaction.callback*, interaction.ended* (by a rule of the queue), wrap_up.ended* (whoever
--         gave it away is asked again), capacity.within*, presence.changed* (who finished), agent.removed*, transfer.started*
--         (whom it waited for has room)
--- include("offer")
local SERVED = {2, 1, 3} -- calls, then chats, then tickets

-- Where a walk along a line stands: `score:id` of the last entry passed. The place in a line is fixed while
-- waiting, so no entry can slip past it.
local walk = {}

function walk.place(cursor)
  if not cursor or cursor == '' then return '-inf', '' end
  return string.match(cursor, '^([^:]*):(.*)$')
end

-- At most so many of those behind the cursor in a line, in its order; the cursor behind them; whether these are all.
function walk.page(line, cursor, most)
  local score, last = walk.place(cursor)
  local asked = last == '' and most or most + 1 -- the one passed last may stand there still, and others of its score
  while true do
    local entries, ids = call('ZRANGE', key('line', line), score, '+inf', 'BYSCORE', 'LIMIT', 0, asked, 'WITHSCORES'), {}
    for i = 1, #entries, 2 do
      if entries[i + 1] ~= score or entries[i] > last then
        ids[#ids + 1], cursor = entries[i], entries[i + 1] .. ':' .. entries[i]
        if #ids == most then return ids, cursor, false end
      end
    end
    if #entries < 2 * asked then return ids, cursor, true end
    asked = 2 * asked
  end
end

-- The first of a line that this agent may be asked for; true instead if it stopped at the bound of the script before.
local function first_for(a, list, pool, cursors, name)
  if cursors[name] == 'end' then return nil end
  local score, last = walk.place(cursors[name])
  local skip, page = 0, 1
  while true do
    local entries = call('ZRANGE', key(list, pool), score, '+inf', 'BYSCORE', 'LIMIT', skip, page, 'WITHSCORES')
    for i = 1, #entries, 2 do
      local id, at = entries[i], entries[i + 1]
      if at ~= score or id > last then
        local x = interaction(id)
        local hidden = list == 'short' and (x.lost > 0 or rings(x, a.id))
        if not hidden and not is_excluded(x.excluded, a.id) then
          return id, tonumber(at)
        end
        if walk_left <= 0 then return true end
        walk_left = walk_left - 1
        cursors[name] = at .. ':' .. id
      end
    end
    if #entries < 2 * page then
      cursors[name] = 'end'
      return nil
    end
    skip, page = skip + page, 8
  end
end

-- The best of the first of those who wait for this agent alone that they may be asked for: rank, due, id; nil if
-- nobody does; true instead if it stopped at the bound of the script before.
local function personal_best(a, channel, mine, cursors)
  local line = personal_line(a.id, channel)
  while cursors[line] ~= 'end' do
    local ids, behind, all = walk.page(line, cursors[line], WALK)
    local best_id, best_rank, best_due
    for i = 1, #ids do
      local id = ids[i]
      local x = interaction(id)
      local q = queue(x.queue)
      if q and (kept(x, 'transfer') or q.state == 'ready' and not is_excluded(x.excluded, a.id)) then
        local rank, at = NO_RANK, due_of(q, x.level, x.enqueued)
        for k = 1, #mine do
          if mine[k][5] == x.queue then rank = mine[k][4] end
        end
        if not best_id or rank < best_rank or (rank == best_rank and (at < best_due or (at == best_due and id < best_id))) then
          best_id, best_rank, best_due = id, rank, at
        end
      end
    end
    if best_id then return best_id, best_rank, best_due end
    if walk_left <= 0 and ids[1] then return true end
    walk_left, cursors[line] = walk_left - #ids, all and 'end' or behind
  end
  return nil
end

-- How many stand in the agent's personal line (the first), then in their lines and short rings; nil if nobody does.
local function counts_for(a)
  local counts = call('HMGET', key('lines'), '@' .. a.id, unpack(a.lists.counters))
  for i = 1, #counts do
    if counts[i] and counts[i] ~= '0' then return counts end
  end
  return nil
end

-- The best the agent could be asked for now, over all their lines: channel, own rank, due, id. Nothing if a line was not
-- looked through to its first: what is better than all others may stand there.
local function best_for(a, cursors, list, counts)
  local lists = a.lists
  local personal = list == 'line' and counts[1] and counts[1] ~= '0'
  for i = 1, 3 do
    local channel = SERVED[i]
    local mine, before = lists[channel], lists.before[channel]
    if list == 'short' then before = before + lists.pools end
    if (mine[1] or personal) and eligible(a, channel) then
      local best_id, best_rank, best_due
      if personal then
        best_id, best_rank, best_due = personal_best(a, channel, mine, cursors)
        if best_id == true then return nil end
      end
      for k = 1, #mine do
        local n = counts[1 + before + k]
        if n and n ~= '0' and not (best_id and mine[k][4] > best_rank) then
          local pool, rank = mine[k][1], mine[k][4]
          local q = queue(mine[k][5])
          if q and pools.serves(q, pool) then
            local id, score = first_for(a, list, pool, cursors, lists.counters[before + k])
            if id == true then return nil end
            if id then
              local at = list == 'line' and due_of_score(q, score) or score
              if not best_id or rank < best_rank or (rank == best_rank and (at < best_due or (at == best_due and id < best_id))) then
                best_id, best_rank, best_due = id, rank, at
              end
            end
          end
        end
      end
      if best_id then return interaction(best_id) end
    end
  end
  return nil
end

-- Ring them for all they have room for. What waits is counted once for lines and short rings, and again after a ring.
local KINDS = {'line', 'short'}
local function serve(a, cursors)
  local counts = counts_for(a)
  for i = 1, 2 do
    while counts and offers_left > 0 and walk_left > 0 do
      local x = best_for(a, cursors, KINDS[i], counts)
      if not x then break end
      local q = queue(x.queue)
      if x.state == 'active' then sharing.ask_at_last(x, a)
      else
        make_offers(x, q, {a}, nil)
        if #x.live < wanted(x, q) then try(x) else short_remove(x) end
      end
      counts = counts_for(a)
    end
  end
end

-- As text the cursor is `counter;place;…`, since the names of pools hold `,` and `=`.
local function drain_agent(a, cursor)
  if not (eligible(a, 1) or eligible(a, 2) or eligible(a, 3)) then return end
  local cursors = {}
  for name, place in string.gmatch(cursor or '', '([^;]+);([^;]*);') do cursors[name] = place end
  serve(a, cursors)
  if offers_left <= 0 or walk_left <= 0 then
    local places = {}
    for name, place in pairs(cursors) do places[#places + 1] = name .. ';' .. place .. ';' end
    table.sort(places)
    timer('d|a|' .. a.id .. '|' .. table.concat(places), now)
  end
end

-- The line of a pool from a cursor on, while anybody is free in it.
local function drain_pool(id, cursor)
  local q = queue(queue_of(id))
  if not q or not pools.serves(q, id) then return end
  local score, last = walk.place(cursor)
  local page = 8
  while true do
    index_all()
    if call('ZCARD', key('free', id)) == 0 then return end
    local entries = call('ZRANGE', key('line', id), score, '+inf', 'BYSCORE', 'LIMIT', 0, page, 'WITHSCORES')
    local moved = false
    for i = 1, #entries, 2 do
      local one, at = entries[i], entries[i + 1]
      if at ~= score or one > last then
        if offers_left <= 0 or walk_left <= 0 then
          timer('d|p|' .. id .. '|' .. score .. ':' .. last, now)
          return
        end
        walk_left, moved = walk_left - 1, true
        local x, offers = interaction(one), offers_left
        x.lined = true
        try(x)
        score, last = at, one
        if offers_left < offers then
          index_all()
          if call('ZCARD', key('free', id)) == 0 then return end
        end
      end
    end
    -- a page of entries of one score that were all passed is followed by a larger one
    if not moved and #entries < 2 * page then return end
    page = moved and 8 or 2 * page
  end
end

-- What every mutating verb ends in: interactions that lost their ring, then agents that have room.
local orphan_at, freed_at = 1, 1
throw_away[#throw_away + 1] = function() orphan_at, freed_at = 1, 1 end
local function drain()
  while orphans[orphan_at] or freed[freed_at] do
    if orphans[orphan_at] then
      orphan_at = orphan_at + 1
      try(orphans[orphan_at - 1])
    else
      local a = freed[freed_at]
      freed_at = freed_at + 1
      freed_ids[a.id] = nil
      -- nobody is offered anything before all is restored
      if reconciling then timer('d|a|' .. a.id .. '|', now) else drain_agent(a) end
    end
  end
end

-- Match, then write: indexes, hashes, clock, events, publishes. Nothing is changed after it.
local function commit()
  drain()
  write_agents()
  write_interactions()
  write_queues()
  store.put(key('clock'), clock.text())
  store.write()
  store.write_timers()
  write_events()
  orphans, freed, orphan_at, freed_at, unclean = cleared(orphans), cleared(freed), 1, 1, false
  return due
end
