-- Another level for one interaction: rescored from its stored arrival, wherever it waits.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, level, by
-- RETURNS {due, "rescored"} | {0, "same"} | {0, "late", state} | {0, "unknown"} | {0, "overloaded"}
-- EVENTS  interaction.reprioritised
--- include("drain")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('reprioritise', ARGV[4], ARGV[3], function()
  local x, level = interaction(ARGV[4]), tonumber(ARGV[5])
  if not x then return {0, 'unknown'} end
  if x.state ~= 'waiting' and x.state ~= 'ringing' and x.state ~= 'parked' then return {0, 'late', x.state} end
  if x.level == level then return {0, 'same'} end
  local was, short = x.level, x.short
  short_remove(x)
  if x.state == 'waiting' then line_rescore(x, level) end
  x.level = level
  change(x)
  if short then short_add(x) end
  emit('interaction.reprioritised', describe(x), '{"level":' .. level .. ',"was":' .. was .. ',"by":' .. quoted(ARGV[6])
    .. '}', nil, x)
  return {commit(), 'rescored'}
end)
