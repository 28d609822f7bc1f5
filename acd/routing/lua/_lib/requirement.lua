-- What an interaction requires of an agent: skills, each with its least level. As text `french>=3,sales>=1`, in the
-- order of the skills' names; a pool is its queue with that in brackets.
--- include("base")
local requirement = {}
do
  local parse = remember(function(text)
    local needs = {}
    for skill, level in string.gmatch(text, '([%l%d_-]+)>=(%d+)') do needs[#needs + 1] = {skill, tonumber(level)} end
    return needs
  end, 5000)

  -- The list of {skill, level} of a text, or of a pool.
  function requirement.of(text)
    return parse(string.match(text, '%[(.*)%]$') or text)
  end

  function requirement.met(needs, skills)
    for i = 1, #needs do
      if (skills[needs[i][1]] or 0) < needs[i][2] then return false end
    end
    return true
  end

  -- No level above that one; 0 requires nothing.
  function requirement.relaxed(text, level)
    if level == 0 then return '' end
    local parts = {}
    for i, need in ipairs(parse(text)) do parts[i] = need[1] .. '>=' .. digits(math.min(need[2], level)) end
    return table.concat(parts, ',')
  end

  function requirement.pool(queue_id, text)
    if text == '' then return queue_id end
    return queue_id .. '[' .. text .. ']'
  end
end
