-- Emptying a removed queue: by its overflow, or they are rejected.
--- include("building")
--- include("policy")

local function close(id)
  local q = queue(id)
  if not q or q.state ~= 'closing' then return end
  q.dirty = true -- it goes with the last of them
  local lines = {key('personal', id)}
  for _, name in ipairs(lines_of(q)) do lines[#lines + 1], lines[#lines + 2] = key('line', name), key('rescore', name) end
  for _, line in ipairs(lines) do
    local entries = call('ZRANGE', line, 0, policy.left - 1)
    policy.left = policy.left - #entries
    for i = 1, #entries do limits.divert(interaction(entries[i]), q, 'removed') end
    if policy.left <= 0 then
      timer('r|' .. id, now)
      return
    end
  end
end
