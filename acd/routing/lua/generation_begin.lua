-- Number the events of an empty server after those of the generations before: an event's id must never come again.
-- KEYS    1 tenant prefix
-- ARGV    generation
-- RETURNS 1 if the server was empty, else 0
-- EVENTS  none
--- include("base")
if call('EXISTS', key('clock')) == 1 then return 0 end
clock.read(nil)
now, generation = 0, tonumber(ARGV[1])
clock.write()
return 1
