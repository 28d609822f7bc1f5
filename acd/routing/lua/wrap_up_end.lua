-- The work after the end is done: the slot is free and the next interaction rings.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent
-- RETURNS {due, "ended"} | {0, "not_in_wrap_up"} | {0, "unknown"}
-- EVENTS  wrap_up.ended, offer.made*
--- include("ending")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('wrap_up_end', ARGV[4], ARGV[3], function()
  local x, id = interaction(ARGV[4]), ARGV[5]
  if x and sharing.role(x, id) == 'wrap_up' then -- they gave it away
    sharing.unwrap(x, agent(id), 'agent')
    return {commit(), 'ended'}
  end
  if not x or x.agent ~= id then return {0, 'unknown'} end
  if x.state ~= 'ended' or x.wrap == 0 then return {0, 'not_in_wrap_up'} end
  end_wrap_up(x, 'agent')
  return {commit(), 'ended'}
end, true)
