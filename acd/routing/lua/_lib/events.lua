-- Events and publishes: built while the script works, written by commit in one go: one entry of the log, whose id
-- is that of its last event, and one message an address.
--- include("base")
local change -- an interaction is written at the end; in interaction.lua
local log, said, heard = {}, {}, {} -- the entry in pieces; what is said, by address; the addresses in their order
local calls = {} -- about: the call that was described for the event to come; number(x): of what is said of it, from 1
throw_away[#throw_away + 1] = function() log, said, heard, calls.about = {}, {}, {}, nil end

local function quoted(text)
  if string.find(text, '^[%w_ .:/-]*$') then return '"' .. text .. '"' end
  return cjson.encode(text)
end

local function tell(address, body, number, card)
  local before = said[address]
  if not before then heard[#heard + 1] = address end
  if card then
    said[address] = (before and before .. ',' or '[') .. body .. ',"seq":' .. digits(number) .. ',"card":' .. card .. '}'
  else said[address] = (before and before .. ',' or '[') .. body .. ',"seq":' .. digits(number) .. '}' end
end

-- who: a JSON fragment that begins with a comma. To the log always; to the agent's address if one is given, with the
-- address's own sequence, and to that of the contact of the interaction given, with the interaction's own, so that a
-- listener notices a gap. All that is said of a call is heard at its own address: whoever has its line acts on it.
local function emit(kind, who, data, agent, about, card)
  seq = seq + 1
  local body = '{"id":"' .. generation_text .. '-' .. digits(seq) .. '","type":"' .. kind .. '","at_ms":' .. now_text .. who
    .. ',"data":' .. data
  local n = #log
  log[n + 1], log[n + 2] = n == 0 and '[' or '},', body
  if agent then
    agent.address_seq = agent.address_seq + 1
    agent.dirty = true
    tell(P .. 'to:agent:' .. agent.id, body, agent.address_seq, card)
  end
  if about then
    about.told = about.told + 1
    change(about)
    tell(P .. 'to:contact:' .. about.contact, body, about.told, card)
  end
  local x = calls.about
  if x then
    calls.about = nil
    tell(P .. 'to:call:' .. x.id, body, calls.number(x))
  end
end

local function write_events()
  if log[1] then
    log[#log + 1] = '}]'
    call('XADD', key('events'), generation_text .. '-' .. digits(seq), 'e', table.concat(log))
    log = cleared(log)
  end
  for i = 1, #heard do
    local address = heard[i]
    call('SPUBLISH', address, said[address] .. ']')
    said[address] = nil
  end
  heard = cleared(heard)
end
