-- Events and publishes: built while the script works, written by commit in one go.
--- include("base")
local log, heard
forget[#forget + 1] = function() log, heard = {}, {} end

local function quoted(text)
  if string.find(text, '^[%w_ .:/-]*$') then return '"' .. text .. '"' end
  return cjson.encode(text)
end

-- who: a JSON fragment that begins with a comma. To the log always; to the agent's and the contact's
-- address if given, with the address's own sequence, so that a listener notices a gap.
local function emit(kind, who, data, agent, contact, card)
  seq = seq + 1
  local body = '{"id":"' .. generation .. '-' .. digits(seq) .. '","type":"' .. kind .. '","at_ms":' .. now_text .. who
    .. ',"data":' .. data
  log[#log + 1] = body .. '}'
  if agent then
    agent.address_seq = agent.address_seq + 1
    agent.dirty = true
    heard[#heard + 1] = P .. 'to:agent:' .. agent.id
    heard[#heard + 1] = body .. ',"seq":' .. digits(agent.address_seq) .. (card and ',"card":' .. card or '') .. '}'
  end
  if contact then
    heard[#heard + 1] = P .. 'to:contact:' .. contact
    heard[#heard + 1] = body .. ',"seq":' .. digits(call('INCR', key('address:contact', contact)))
      .. (card and ',"card":' .. card or '') .. '}'
  end
end

local function write_events()
  local stream = key('events')
  for i = 1, #log do call('XADD', stream, '*', 'e', log[i]) end
  for i = 1, #heard, 2 do call('SPUBLISH', heard[i], heard[i + 1]) end
end
