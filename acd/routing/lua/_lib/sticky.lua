-- Whoever served the contact last: rung first and alone, or waited for in their personal line `line:@<agent>/<channel>`.
-- Kept in `more`: sticky (the agent, until the first offer), sticky_until (how long to wait for them, nil: not at all),
-- personal (the agent in whose line it stands).
--- include("pool")
local sticky = {PAGE = 64}

-- They served the contact last: for them first, as its queue says.
function sticky.prefer(x, q, id)
  keep(x, 'sticky', id)
  if q.rules.last_agent == 'wait' then keep(x, 'sticky_until', now + (q.rules.last_agent_wait or 0)) end
end

-- The agent to ring alone now; or nil and whether it waits for them: available on the channel, but full.
function sticky.first(x, q)
  local id = kept(x, 'sticky')
  local a = id and agent(id)
  if not a or a.gone or is_excluded(x.excluded, id) then return nil, false end
  local is = false
  for _, p in ipairs(a.lists[q.channel]) do is = is or p[1] == x.pool end
  if not is then return nil, false end
  if eligible(a, q.channel) then return a, false end
  local limit = kept(x, 'sticky_until')
  -- one whose lease lapsed is waited for until their grace ends, but no more by those who come
  return nil, limit ~= nil and now < limit and desk.available(a.presence, q.channel)
    and (a.grace == '' or kept(x, 'personal') == id)
end

-- Into the personal line of the sticky agent, if it does not stand there.
function sticky.stand(x)
  if not kept(x, 'personal') then
    if x.lined ~= false then line_remove(x) end
    keep(x, 'personal', kept(x, 'sticky'))
    timer('s|' .. x.id, kept(x, 'sticky_until'))
  end
  line_add(x)
end

-- It waits for nobody any more: on in its pool's line, which it enters with its age.
function sticky.let_go(x, q)
  if not kept(x, 'sticky_until') then return end
  keep(x, 'sticky_until', nil)
  if kept(x, 'personal') then
    line_remove(x)
    pools.settle(x, q)
  end
end

-- Rung: what was preferred has been tried. Returns a JSON fragment for the reasons of the agent's offer.
function sticky.spend(x)
  local word = kept(x, 'sticky_until') and 'wait' or 'prefer'
  keep(x, 'sticky', nil)
  keep(x, 'sticky_until', nil)
  return ',"sticky":"' .. word .. '"'
end
