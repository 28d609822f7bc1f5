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

  -- What the members of each queue can: `skills:<queue>` counts them by `skill level`. An agent comes (by = 1) or
  -- goes (by = -1) with these memberships and skills.
  function requirement.count(memberships, skills, by)
    for id in string.gmatch(memberships, '([^|;]+)|%d+|%d*;') do
      for skill, level in pairs(skills) do
        local field = skill .. ' ' .. level
        if call('HINCRBY', key('skills', id), field, by) == 0 then call('HDEL', key('skills', id), field) end
      end
    end
  end

  -- Whether members of the queue, here or not, have each of the skills, though perhaps no one has all.
  function requirement.within(id, text)
    local had, best = call('HGETALL', key('skills', id)), {}
    for i = 1, #had, 2 do
      local skill, level = string.match(had[i], '^(.*) (%d+)$')
      best[skill] = math.max(best[skill] or 0, tonumber(level))
    end
    return requirement.met(parse(text), best)
  end
end
