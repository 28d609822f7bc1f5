-- How a command about an offer that is not ringing (any more) is answered.
--- include("interaction")
local PAST = {a = 'accepted', d = 'declined', e = 'expired', f = 'failed', t = 'taken', w = 'withdrawn'}

-- What became of offer n: accepted, declined, expired, failed, taken, withdrawn, or nil if it never was. One that was
-- forgotten, see `remember`, has expired.
local function past_of(x, n)
  if n > x.offers or n < 1 then return nil end
  return PAST[string.match(',' .. x.past, ',' .. n .. '=(%l),') or 'e']
end

-- Who was asked by offer n, if it won; the owner otherwise.
local function winner_of(x)
  return x.agent ~= '' and x.agent or x.winner
end
