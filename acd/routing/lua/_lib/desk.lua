-- An agent as it is stored: one packed string that is read and written whole.
--- include("membership")
local CAPACITY = '^(%d+);(%d+),(%d+),(%d);(%d+),(%d+),(%d);(%d+),(%d+),(%d)(.*)$'

local capacity_of = remember(function(text)
  local total, w1, m1, i1, w2, m2, i2, w3, m3, i3, phone = string.match(text, CAPACITY)
  return {total = tonumber(total), weight = {tonumber(w1), tonumber(w2), tonumber(w3)},
    max = {tonumber(m1), tonumber(m2), tonumber(m3)}, interrupts = {i1 == '1', i2 == '1', i3 == '1'},
    phone = phone == ';phone'}
end, 5000)

local desk = {}
do
  -- One packed string, `live`, holds what changes with the agent's work and what decides whether they are asked; `held` is
  -- `;id;id;…` of the interactions that hold one of their slots, in the order in which they came; `over` is the human act
  -- by which more is held than the capacity allows, or ''.
  local LIVE = '>ssssssI4I4I4I8I8I8i8BI2I2I2I2I2I2'

  function desk.of(id, capacity, pools, held, presence, grace, over, n1, n2, n3, idle, last, address_seq, compiled_at, gone,
    m1, m2, m3, f1, f2, f3)
    return {id = id, presence = presence, grace = grace, n = {n1, n2, n3}, idle = idle, last = last,
      address_seq = address_seq, config = compiled_at, gone = gone == 1, missed = {m1, m2, m3}, failed = {f1, f2, f3},
      room = capacity, capacity = capacity_of(capacity), packed = pools, lists = lists_of(pools), held = held,
      over = over, was = false, touched = false, dirty = false, idled = false, turned = false, counted = false, text = false}
  end

  function desk.text(a)
    local n, missed, failed = a.n, a.missed, a.failed
    return record(LIVE, a.room, a.packed, a.held, a.presence, a.grace, a.over, n[1], n[2], n[3], a.idle, a.last, a.address_seq,
      a.config, a.gone and 1 or 0, missed[1], missed[2], missed[3], failed[1], failed[2], failed[3])
  end

  -- What they said, a letter a channel: a(vailable), w (away), o(ffline); f and d, finishing, to be w and o then.
  function desk.available(presence, channel) return byte(presence, channel) == 97 end

  function desk.offline(presence, channel) return byte(presence, channel) == 111 end

  function desk.from(id, text) return desk.of(id, fields(LIVE, text)) end

  -- As it is stored, for those who only look.
  function desk.look(id)
    local text = store.get(key('live', id))
    return text and desk.from(id, text)
  end

  -- The ids of the interactions that hold one of the agent's slots.
  function desk.held(a)
    local ids = {}
    for id in string.gmatch(a.held, '[^;]+') do ids[#ids + 1] = id end
    return ids
  end

  function desk.holds(a, interaction)
    return string.find(a.held, ';' .. interaction .. ';', 1, true) ~= nil
  end
end
