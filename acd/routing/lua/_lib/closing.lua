-- Emptying a removed queue.
--- include("building")
local CLOSE = 64

local function close(id)
  local q = queue(id)
  if not q or q.state ~= 'closing' then return end
  q.dirty = true -- it goes with the last of them
  local n = 0
  for _, name in ipairs(lines_of(q)) do
    for _, list in ipairs({'line', 'rescore'}) do
      local entries = call('ZRANGE', key(list, name), 0, CLOSE - n - 1)
      for i = 1, #entries do
        n = n + 1
        finish(interaction(entries[i]), 'rejected', 'system', false)
      end
      if n >= CLOSE then
        timer('r|' .. id, now)
        return
      end
    end
  end
end
