-- Making sure of a state that another server wrote: a replica's may lack its last moments, and then the history, which
-- is ahead of it, says what they were.
--- include("policy")
--- include("building")
local reconcile = {RENUMBER = 1000} -- offers that may have been made and are not remembered
reconcile.UNHEARD = 1000 -- what an address may have been told and is not remembered
reconcile.NUMBER = 'restored' -- in place of a callback's reference, which the history lacks: there is a number somewhere

-- What it requires of agents, as a JSON fragment.
function reconcile.required(x)
  local text = kept(x, 'requires')
  return text and ',"requires":"' .. text .. '"' or ''
end

-- What it is now, in full.
function reconcile.tell(x, a, contact)
  local transfer, wrapping = kept(x, 'transfer'), sharing.ids(kept(x, 'wraps'))
  if x.state == 'ended' and x.wrap > 0 then wrapping[#wrapping + 1] = x.agent end
  local offers = {}
  for i = 1, #x.live do offers[i] = '"' .. x.id .. '.' .. digits(x.live[i].n) .. '":"' .. x.live[i].agent .. '"' end
  emit('interaction.restored', describe(x, nil, x.agent ~= '' and x.agent or nil), '{"state":"' .. x.state
    .. '","level":' .. digits(x.level) .. ',"enqueued_ms":' .. digits(x.enqueued) .. ',"outcome":"'
    .. x.outcome .. '","wrapping":' .. sharing.as_list(wrapping) .. ',"guests":' .. sharing.as_list(sharing.ids(kept(x, 'guests')))
    .. ',"transfer":"' .. (transfer and transfer.to or '') .. '","callback":' .. tostring(callback.pending(x) ~= nil)
    .. (x.pool ~= x.queue and ',"pool":"' .. x.pool .. '"' or '') .. reconcile.required(x)
    .. (kept(x, 'step') and ',"step":' .. kept(x, 'step') or '')
    .. ',"offers":{' .. table.concat(offers, ',') .. '}}', a, contact)
end

function reconcile.rebuild(q)
  local hash = key('queue', q.id)
  q.state, q.dirty = 'building', true
  call('HSET', hash, 'fresh', '1')
  for _, name in ipairs(lines_of(q)) do
    call('UNLINK', key('free', name), key('here', name))
    call('HSET', key('lines'), name, call('ZCARD', key('line', name)) + call('ZCARD', key('rescore', name)),
      '~' .. name, call('ZCARD', key('short', name)))
  end
  policy.rearm(q) -- no rule is asked meanwhile
  building.go_on(q.id, tostring(call('HINCRBY', hash, 'rebuild', 1)), '')
end

-- Says whether there is anything to it still.
function reconcile.restate(x)
  if x.state == 'ended' and x.wrap == 0 and not kept(x, 'wraps') then return false end
  reconcile.tell(x)
  x.told = x.told + reconcile.UNHEARD
  local q = queue(x.queue)
  if q and x.state == 'ringing' then count(q, 1, 0)
  elseif q and (x.state == 'active' or x.state == 'connecting' or x.state == 'idle') then count(q, 0, 1) end
  if x.state == 'waiting' then
    line_add(x)
    if not call('ZSCORE', key('leases'), 'c|' .. x.id) then wait.vouch(x, q) end
  end
  if kept(x, 'transfer') then sharing.bring_back(x, 'outage') end
  for at = #x.live, 1, -1 do
    local o, a = drop_offer(x, at, 'f')
    emit('offer.failed', describe(x, o.n, a.id), '{"cause":"outage"}', a)
  end
  if x.state == 'ringing' then ring_over(x, 'outage') end
  x.offers = x.offers + reconcile.RENUMBER
  change(x)
  return true
end

-- Says whether their count was wrong.
function reconcile.agent(a)
  local n, wrong = {0, 0, 0}, false
  local ids, held = desk.held(a), ''
  for i = 1, #ids do
    local x = interaction(ids[i])
    if x and sharing.holds(x, a.id) then
      n[channel_of(x.queue)] = n[channel_of(x.queue)] + 1
      held = (held == '' and ';' or held) .. ids[i] .. ';'
    end
  end
  wrong, a.held = held ~= a.held, held
  for channel = 1, 3 do
    wrong = wrong or n[channel] ~= a.n[channel]
    a.n[channel] = n[channel]
    if not desk.offline(a.presence, channel) then
      local reason = call('HGET', key('agent', a.id), 'reason' .. channel) or ''
      presence_event(a, channel, WORD[letter(a, channel)], reason, 'restored')
    end
  end
  a.address_seq, a.counted = a.address_seq + reconcile.UNHEARD, 0
  if a.over ~= '' then emit('capacity.over', about(a), '{"cause":"' .. a.over .. '"}', a) end
  if a.grace ~= '' then emit('presence.grace', about(a), '{"until_ms":' .. a.grace .. '}', a) end
  touch(a)
  return wrong
end

-- past: {owner = '' for nobody, state, queue, level, tries = nil where it is no callback}.
function reconcile.as_told(x, past)
  local back = kept(x, 'callback')
  if x.queue ~= past.queue or x.level ~= past.level then return false end
  if past.tries and (not back or back.tries < past.tries) then return false end
  if x.agent ~= '' then
    if x.agent == past.owner and (x.state == 'active' or x.state == 'idle') then return true end
    return x.state == 'connecting' and past.state == 'ringing'
  end
  return past.owner == ''
end

-- It is a callback, as the history says; who has an owner has answered.
function reconcile.call_back(x, past)
  local back = kept(x, 'callback')
  if not back and past.owner == '' then callback.ask(x, reconcile.NUMBER, 'failover') end
  back = kept(x, 'callback') or {number = reconcile.NUMBER}
  back.tries, back.called, back.next_ms = past.tries, back.called or past.owner ~= '', nil
  keep(x, 'callback', back)
end

-- Back to where it belongs to nobody, in no line.
function reconcile.let_go(x)
  if x.agent ~= '' then take_back(x, 'failover')
  elseif x.state == 'waiting' then line_remove(x)
  elseif x.state == 'parked' then
    untimer('c|' .. x.id)
    if kept(x, 'callback') then untimer('q|' .. x.id) end
    x.lost = 0
    set_state(x, 'waiting')
    emit('interaction.resumed', describe(x), '{}', nil, x)
  end
  if x.excluded ~= '' then untimer('x|' .. x.id) end
  x.lined = false
end

-- It belongs to this agent, as the history says.
function reconcile.give_back(x, q, a, accepted)
  wait.over(x)
  x.agent, x.winner = a.id, a.id
  -- of one that was known what was before is counted already
  x.accepted = accepted > 0 and not times.served(x) and accepted or now
  set_state(x, 'active')
  sharing.part(x, a)
  hold(a, q.channel, x.id)
  count(q, 0, 1)
  reconcile.tell(x, a, x)
  sharing.watch(x, q)
  settling.exceed(a, 'restored')
  if not call('ZSCORE', key('leases'), 'a|' .. a.id) then lapse(a) end
end
