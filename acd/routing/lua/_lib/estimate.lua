-- How fast a pool's line moves: departures of those who waited, and the time in which somebody waited for them, both
-- fading over ten minutes. Their quotient is the rate, also after quiet hours; the number of departures says how sure it
-- is. Who rang at once tells nothing of it: a line is not as slow as its contacts are few. Figures only:
-- acd/domain/estimate.py makes times of them.
--- include("interaction")
local estimate = {}
do
  local FADE_MS = 600000
  local LEAST = 2.5 -- with fewer departures nothing is told

  -- {left, busy, left_ms (as of when)}: the bare queue's stand in its counters, another pool's in a field of its own.
  function estimate.rate(q, pool)
    if pool == q.id then return q end
    local v = call('HGET', key('queue', q.id), 'rate:' .. pool)
    local rate = {left = 0, busy = 0, left_ms = 0}
    if v then rate.left, rate.busy, rate.left_ms = unpacked(v) end
    return rate
  end

  -- Somebody has it who left the line at that moment.
  function estimate.count(q, x, left_at)
    local entered = limits.entered(x)
    if left_at <= entered then return end
    local rate = estimate.rate(q, x.pool)
    local fade = math.exp((rate.left_ms - now) / FADE_MS)
    rate.left = math.floor((rate.left * fade + 1) * 1000 + 0.5) / 1000
    rate.busy = math.floor(rate.busy * fade + now - math.max(rate.left_ms, entered) + 0.5)
    rate.left_ms = now
    if rate ~= q then call('HSET', key('queue', q.id), 'rate:' .. x.pool, pack(rate.left, rate.busy, now)) end
  end

  -- Departures and the ms they took, as of now.
  function estimate.figures(q, pool)
    local rate = estimate.rate(q, pool)
    local fade = math.exp((rate.left_ms - now) / FADE_MS)
    return math.floor(rate.left * fade * 1000 + 0.5) / 1000, math.floor(rate.busy * fade + 0.5)
  end

  -- What an arrival that waits is told, kept until the accept. It is the only one, or its place is looked up: some may
  -- stand behind it who came before, with a worse level.
  function estimate.tell(q, x)
    local left, busy = estimate.figures(q, x.pool)
    -- how long one agent takes is not known from their line
    if left < LEAST or kept(x, 'personal') then return end
    local before = x.waiting > 1 and call('ZRANK', key('line', x.pool), x.id)
    x.place, x.left, x.busy = before and before + 1 or x.waiting, left, busy
  end

  -- What was told, for the first accept.
  function estimate.told(x)
    if x.place == 0 or x.won > 0 then return '' end
    return ',"told":{"place":' .. digits(x.place) .. ',"left":' .. format('%.3f', x.left) .. ',"busy_ms":' .. digits(x.busy)
      .. '}'
  end
end
