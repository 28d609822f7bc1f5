-- What a queue's rules say: its hours, its length, how long one waits, whether anybody is there.
-- Hours are instants that Python computed from calendars; there is no calendar here.
--- include("queue")
local limits = {}
do
  -- So long a queue without anybody keeps those who came before: as long as the last one needs to load the page again.
  limits.EMPTY_MS = 30000
  local periods_of = remember(function(text)
    local periods = {}
    for from, to in string.gmatch(text, '(%d+),(%d+);') do periods[#periods + 1] = {tonumber(from), tonumber(to)} end
    return periods
  end, 2000)

  -- Since when it is closed (0: nobody knows), or nil while it is open. A queue without hours never closes.
  function limits.closed_since(q)
    if not q.hours then return nil end
    local since, periods = 0, periods_of(q.hours)
    for i = 1, #periods do
      if now < periods[i][1] then break end
      if now < periods[i][2] then return nil end
      since = periods[i][2]
    end
    return since
  end

  -- When it opens the next time, or nil: it is open, or nobody knows.
  function limits.opens_at(q)
    local periods = q.hours and periods_of(q.hours) or {}
    for i = 1, #periods do
      if periods[i][1] > now then return periods[i][1] end
    end
    return nil
  end

  -- When it closes the next time, or nil.
  function limits.closes_at(q)
    local periods = q.hours and periods_of(q.hours) or {}
    for i = 1, #periods do
      if periods[i][2] > now then return periods[i][2] end
    end
    return nil
  end

  function limits.nobody_here(q)
    return q.state == 'ready' and call('ZCARD', key('here', q.id)) == 0
  end

  -- The rule by which this one is not kept that comes, or nil.
  function limits.refuses(q, x)
    local r = q.rules
    if q.hours and limits.closed_since(q) then return 'closed' end
    if r.on_nobody and limits.nobody_here(q) then return 'nobody' end
    if r.max_length and q.ringing + waiting_in(q) + limits.untried(q, x) >= r.max_length then return 'full' end
    return nil
  end

  -- A callback that the customer has not answered: it keeps its place.
  function limits.keeps_place(x)
    local back = x.more and x.more.callback
    return back and not back.called
  end

  -- When it came into its queue.
  function limits.entered(x)
    return x.more and x.more.entered or x.enqueued
  end

  -- The rule by which one that waits is not kept any longer, or nil.
  function limits.applies(x, q)
    local r = q.rules
    if not (r.max_wait or r.at_close) or limits.keeps_place(x) then return nil end
    local entered = limits.entered(x)
    if r.max_wait and now >= entered + r.max_wait then return 'max_wait' end
    local since = r.at_close and limits.closed_since(q)
    if since and entered < since then return 'closing' end
    return nil
  end

  -- It stands in the line from now on: what will ask for it.
  function limits.arm(x, q)
    local r = q.rules
    if not (r.max_wait or r.on_nobody) or limits.keeps_place(x) then return end
    if r.max_wait then timer('m|' .. x.id, limits.entered(x) + r.max_wait) end
    if r.on_nobody and limits.nobody_here(q) and not armed('e|' .. q.id .. '|') then
      timer('e|' .. q.id .. '|', now + limits.EMPTY_MS)
    end
  end

  function limits.disarm(x)
    local q = queue(x.queue)
    if q and q.rules.max_wait then untimer('m|' .. x.id) end
  end

  -- Built anew: only now is it known whether anybody is there for those who came meanwhile.
  function limits.built(q)
    if q.rules.on_nobody and limits.nobody_here(q) and waiting_in(q) > 0 and not armed('e|' .. q.id .. '|') then
      timer('e|' .. q.id .. '|', now + limits.EMPTY_MS)
    end
  end

  -- A member left: if nobody is there any more, those in line are asked for after a while.
  function limits.left(id)
    local q = queue(id)
    if q and q.rules.on_nobody and limits.nobody_here(q) then timer('e|' .. id .. '|', now + limits.EMPTY_MS) end
  end
end
