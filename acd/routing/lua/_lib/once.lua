-- Commands that nothing else fences: each may carry an id, and a retry after an unknown outcome is given the first
-- answer. Answers are kept in one hash for every ten minutes, `verb|subject|id` -> packed reply, of which the present
-- one and the one before are read: an answer is remembered for ten to twenty minutes. What was refused changed nothing
-- and is not kept: it may be refused again or be done, but it is never done twice.
--- include("base")
local once = {}
do
  local PERIOD_MS = 600000
  local MOST = 200000 -- answers of one period: about 30 MB

  -- Beyond it a new command with an id is refused, since it could be done twice; one that must always be heard, since it
  -- gives back what somebody holds or says what somebody is, is done, and its answer not kept.
  -- Run `act` and keep what it answers if it changed anything (it has committed), or give the answer that was kept. An
  -- empty id keeps nothing. act returns the verb's reply, whose first value is the timer hint.
  function once.run(verb, subject, command, act, always)
    if command == '' then return act() end
    local name = verb .. '|' .. subject .. '|' .. command
    local period = math.floor(now / PERIOD_MS)
    local present = key('once', digits(period))
    local first = call('HGET', present, name) or call('HGET', key('once', digits(period - 1)), name)
    if first then
      local reply = unpacked(first)
      reply[1] = 0
      return reply
    end
    if call('HLEN', present) >= MOST then return always and act() or {0, 'overloaded'} end
    local reply = act()
    if unclean then return reply end
    if call('HSET', present, name, pack(reply)) == 1 then call('PEXPIRE', present, 3 * PERIOD_MS) end
    return reply
  end
end
