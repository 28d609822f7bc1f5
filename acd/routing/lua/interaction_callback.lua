-- The customer need not stay: what is not accepted yet keeps its place and becomes a callback.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, number (an opaque reference)
-- RETURNS {due, "kept"} | {0, "kept_before"} | {0, "late", state} | {0, "unknown"} | {0, "overloaded"}
-- EVENTS  interaction.callback, offer.made*
--- include("callback")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('callback', ARGV[4], ARGV[3], function()
  local x = interaction(ARGV[4])
  if not x then return {0, 'unknown'} end
  if x.state ~= 'waiting' and x.state ~= 'ringing' and x.state ~= 'parked' then return {0, 'late', x.state} end
  if not queue(x.queue) then return {0, 'late', x.state} end -- it went while the contact was away
  local back = callback.pending(x)
  if back then
    if ARGV[5] ~= '' and back.number ~= ARGV[5] then
      back.number = ARGV[5]
      keep(x, 'callback', back)
      commit()
    end
    return {0, 'kept_before'}
  end
  callback.ask(x, ARGV[5], 'asked')
  return {commit(), 'kept'}
end)
