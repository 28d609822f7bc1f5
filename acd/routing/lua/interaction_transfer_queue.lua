-- The owner sends an interaction to another queue and is done with it: their slot goes to wrap-up, they are not asked
-- for it again for a while, its age is kept. A target without a slash is a department, whose queue on the channel it is.
-- KEYS    1 tenant prefix
-- ARGV    now_ms, seed, command, interaction, agent, target
-- RETURNS {due, "moved"} | {0, "unknown"} | {0, "not_owner"} | {0, "ended"} | {0, "not_active"} | {0, "unknown_queue"}
--         | {0, "wrong_channel"} | {0, "there"} | {0, "closed"} | {0, "full"} | {0, "overloaded"}
-- EVENTS  transfer.returned?, offer.withdrawn?, guest.left*, wrap_up.started?, interaction.moved, offer.made*
--- include("moving")
--- include("once")
begin(ARGV[1])
lot = tonumber(ARGV[2])
return once.run('transfer_queue', ARGV[4], ARGV[3], function()
  local x, to = interaction(ARGV[4]), ARGV[6]
  local refused = sharing.not_owned(x, ARGV[5])
  if refused and not (refused == 'not_active' and x.state == 'idle') then return {0, refused} end
  if not string.find(to, '/', 1, true) then to = to .. '/' .. NAMES[channel_of(x.queue)] end
  local q = queue(to)
  if not q or q.state == 'closing' then return {0, 'unknown_queue'} end
  if q.channel ~= channel_of(x.queue) then return {0, 'wrong_channel'} end
  if to == x.queue then return {0, 'there'} end
  local rule = limits.refuses(q, x)
  if rule == 'closed' or rule == 'full' then return {0, rule} end
  sharing.send(x, to)
  return {commit(), 'moved'}
end)
