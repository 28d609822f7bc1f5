-- How interactions end, and the work after the end that still holds the slot.
--- include("transferring")
--- include("times")

-- Nothing of it is needed any more but the answer to a late command.
local function fade(x)
  x.wrap, x.extended, x.excluded, x.card = 0, false, '', ''
  change(x)
end

-- End it, wherever it is. wrap_up: whether the owner's slot stays held for the queue's wrap-up time.
-- reason: why, where a rule did it. Returns until when, or nil.
local function finish(x, outcome, by, wrap_up, reason)
  local q = queue(x.queue)
  local before = x.state
  local owner, until_ms
  if before == 'waiting' then
    if x.lined ~= false then line_remove(x) end
  elseif before == 'parked' then
    untimer('c|' .. x.id)
    if kept(x, 'callback') then untimer('q|' .. x.id) end
  elseif before == 'ringing' then
    withdraw_all(x, 'customer_left')
    short_remove(x)
    count(q, -1, 0)
  else
    owner = agent(x.agent)
    count(q, 0, -1)
    if before == 'connecting' then untimer('n|' .. x.id .. '|' .. x.won) end
    if before == 'idle' then call('SREM', key('idle', x.agent), x.id) end
    if before == 'idle' or q.rules.idle then untimer('i|' .. x.id) end
    if x.more then sharing.clear(x, 'ended') end
  end
  if not owner then wait.over(x) end
  set_state(x, 'ended')
  x.outcome = outcome
  call('ZADD', key('ended'), now, x.id)
  emit('interaction.ended', describe(x, nil, owner and owner.id), '{"outcome":"' .. outcome .. '","by":"' .. by
    .. '","waited_ms":' .. digits(times.waited(x)) .. ',"handled_ms":' .. digits(times.handled(x, now))
    .. (reason and ',"reason":"' .. reason .. '"' or '') .. '}', owner, x)
  if before == 'idle' then fade(x) -- its slot was given back
  elseif owner and wrap_up and before ~= 'connecting' and q.wrap_up_ms > 0 and not owner.gone then
    until_ms = now + q.wrap_up_ms
    x.wrap = until_ms
    timer('w|' .. x.id, until_ms)
    emit('wrap_up.started', describe(x, nil, owner.id), '{"until_ms":' .. until_ms .. '}', owner)
    touch(owner)
  else
    if owner then free_slot(x, owner, q.channel, true) end
    fade(x)
  end
  return until_ms
end

local function end_wrap_up(x, by)
  local a = agent(x.agent)
  untimer('w|' .. x.id)
  emit('wrap_up.ended', describe(x, nil, a.id), '{"by":"' .. by .. '"}', a)
  free_slot(x, a, channel_of(x.queue), true)
  fade(x)
end

-- The owner is lost: back to the line with the first arrival.
local function take_back(x, reason, excluded_until)
  local q, a = queue(x.queue), agent(x.agent)
  if x.more then sharing.clear(x, reason) end
  if q.rules.idle then untimer('i|' .. x.id) end
  if x.state == 'connecting' then untimer('n|' .. x.id .. '|' .. x.won) end
  count(q, 0, -1)
  local owner = x.agent
  if x.state == 'idle' then
    call('SREM', key('idle', owner), x.id)
    untimer('i|' .. x.id)
  else
    free_slot(x, a, q.channel, true)
  end
  if excluded_until then exclude(x, owner, excluded_until, 'f') end
  times.unserve(x)
  x.agent = ''
  if x.accepted > 0 or x.state == 'idle' then times.wait_anew(x) end
  if reason == 'agent_lost' then keep(x, 'sticky', owner) end -- theirs again, should they be back first
  set_state(x, 'waiting')
  emit('interaction.requeued', describe(x, nil, owner), '{"reason":"' .. reason .. '"}', a, x)
  x.lined = false
  wait.vouch(x, q)
  retry(x)
end

-- The contact is gone: aside for its grace (the queue's, unless another is given), the place in the line kept; a ring
-- goes on.
local function set_aside(x, q, grace_ms)
  local until_ms = now + (grace_ms or q.contact_grace_ms)
  wait.unvouch(x)
  timer('c|' .. x.id, until_ms)
  x.lost = until_ms
  change(x)
  if x.state == 'waiting' then
    line_remove(x)
    set_state(x, 'parked')
    emit('interaction.parked', describe(x), '{"until_ms":' .. until_ms .. '}', nil, x)
  end
end

local function bring_back(x, q)
  untimer('c|' .. x.id)
  x.lost = 0
  change(x)
  if not q then -- the queue went while nobody was in its line
    finish(x, 'rejected', 'system', false)
    return
  end
  wait.vouch(x, q)
  if x.state == 'parked' then
    set_state(x, 'waiting')
    emit('interaction.resumed', describe(x), '{}', nil, x)
    x.lined = false
    retry(x)
  elseif x.state == 'ringing' then retry(x) end
end
