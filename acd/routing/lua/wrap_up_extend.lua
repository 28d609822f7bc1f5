-- More time for the work after the end, once.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent
-- RETURNS {due, "extended", until_ms} | {0, "extended_before"} | {0, "not_in_wrap_up"} | {0, "unknown"}
--         | {0, "overloaded"}
-- EVENTS  wrap_up.extended
--- include("ending")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('wrap_up_extend', ARGV[4], ARGV[3], function()
  local x, id = interaction(ARGV[4]), ARGV[5]
  local given = x and sharing.role(x, id) == 'wrap_up'
  if not x or not given and x.agent ~= id then return {0, 'unknown'} end
  local q = queue(x.queue)
  if not q or not given and (x.state ~= 'ended' or x.wrap == 0) then return {0, 'not_in_wrap_up'} end
  local wraps = kept(x, 'wraps')
  if given and wraps[id][2] or not given and x.extended then return {0, 'extended_before'} end
  local until_ms = math.max(now, given and wraps[id][1] or x.wrap) + q.extend_ms
  if given then
    wraps[id] = {until_ms, true}
    keep(x, 'wraps', wraps)
    timer('w|' .. x.id .. '|' .. id, until_ms)
    if x.state ~= 'ended' then
      exclude(x, id, math.max(until_ms, now + q.decline_ms), 'g')
      if x.state == 'waiting' or x.short then retry(x) end -- moved meanwhile, nothing may ask when that ends
    end
  else
    x.wrap, x.extended = until_ms, true
    change(x)
    timer('w|' .. x.id, until_ms)
  end
  emit('wrap_up.extended', describe(x, nil, id), '{"until_ms":' .. until_ms .. '}', agent(id))
  touch(agent(id))
  return {commit(), 'extended', until_ms}
end)
