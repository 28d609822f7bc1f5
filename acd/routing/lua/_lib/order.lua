-- The one interpreter of strategies: an order is data, `coarse,coarse…/fine`, made by acd/strategies/order.py.
--   coarse  p100 own priority · r<n> running · x<n> running ÷ own maximum; n is the number of steps, a
--           capital letter ranks the other way round; several are read from the most significant on
--   fine    i idle since · l last offered · z drawn by lot
--- include("base")
local order, rank_score
do
  local orders = {} -- kept between calls: an order's text is all there is to it

  function order(text)
    local o = orders[text]
    if o then return o end
    local coarse, fine = string.match(text, '^([^/]*)/(%l)$')
    o = {fine = fine, keys = {}, idle = fine == 'i', last = fine == 'l', running = false}
    for letter, steps in string.gmatch(coarse, '(%a)(%d+)') do
      local small = string.lower(letter)
      o.keys[#o.keys + 1] = {small, tonumber(steps), letter ~= small}
      if small ~= 'p' then o.running = true end
    end
    orders[text] = o
    return o
  end

  local function coarse_of(o, priority, running, max)
    local coarse = 0
    for i = 1, #o.keys do
      local k = o.keys[i]
      local steps = k[2]
      local v
      if k[1] == 'p' then v = priority - 1
      elseif k[1] == 'r' then v = running
      else v = math.floor((steps - 1) * running / max) end
      if v >= steps then v = steps - 1 end
      if k[3] then v = steps - 1 - v end
      coarse = coarse * steps + v
    end
    return coarse
  end

  function rank_score(o, agent, channel, priority)
    local fine = 0
    if o.idle then fine = agent.idle elseif o.last then fine = agent.last end
    if not o.keys[1] then return fine end
    return coarse_of(o, priority, agent.n[channel], agent.capacity.max[channel]) * SHIFT + fine
  end
end
