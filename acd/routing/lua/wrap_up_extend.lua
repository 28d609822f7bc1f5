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
  local x = interaction(ARGV[4])
  if not x or x.agent ~= ARGV[5] then return {0, 'unknown'} end
  local q = queue(x.queue)
  if x.state ~= 'ended' or x.wrap == 0 or not q then return {0, 'not_in_wrap_up'} end
  if x.extended then return {0, 'extended_before'} end
  local until_ms = math.max(now, x.wrap) + q.extend_ms
  x.wrap, x.extended = until_ms, true
  change(x)
  timer('w|' .. x.id, until_ms)
  emit('wrap_up.extended', describe(x, nil, x.agent), '{"until_ms":' .. until_ms .. '}', agent(x.agent))
  touch(agent(x.agent))
  return {commit(), 'extended', until_ms}
end)
