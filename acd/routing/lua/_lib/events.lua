-- Events and publishes: built while the script works, written by commit in one go: one entry of the log, whose id
-- is that of its last event, and one message an address.
--- include("base")
local change -- an interaction is written at the end; in interaction.lua
local log, heard -- the events as text; under each address what it hears, with the addresses in their order
forget[#forget + 1] = function() log, heard = {}, {} end

local function quoted(text)
  if string.find(text, '^[%w_ .:/-]*$') then return '"' .. text .. '"' end
  return cjson.encode(text)
end

local function tell(address, payload)
  local list = heard[address]
  if not list then
    list = {}
    heard[address], heard[#heard + 1] = list, address
  end
  list[#list + 1] = payload
end

-- who: a JSON fragment that begins with a comma. To the log always; to the agent's address if one is given, with the
-- address's own sequence, and to that of the contact of the interaction given, with the interaction's own, so that a
-- listener notices a gap.
local function emit(kind, who, data, agent, about, card)
  seq = seq + 1
  local body = '{"id":"' .. generation_text .. '-' .. digits(seq) .. '","type":"' .. kind .. '","at_ms":' .. now_text .. who
    .. ',"data":' .. data
  log[#log + 1] = body .. '}'
  if agent then
    agent.address_seq = agent.address_seq + 1
    agent.dirty = true
    tell(P .. 'to:agent:' .. agent.id,
      body .. ',"seq":' .. digits(agent.address_seq) .. (card and ',"card":' .. card or '') .. '}')
  end
  if about then
    about.told = about.told + 1
    change(about)
    tell(P .. 'to:contact:' .. about.contact,
      body .. ',"seq":' .. digits(about.told) .. (card and ',"card":' .. card or '') .. '}')
  end
end

local function as_list(texts)
  return '[' .. table.concat(texts, ',') .. ']'
end

local function write_events()
  if log[1] then call('XADD', key('events'), generation_text .. '-' .. digits(seq), 'e', as_list(log)) end
  for i = 1, #heard do call('SPUBLISH', heard[i], as_list(heard[heard[i]])) end
end
