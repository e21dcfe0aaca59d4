-- Adds what has ended on a node since it last did so to the current steps of time. Series beyond
-- those that a step holds are added up as one.
-- ARGV    per series: "queue type"; "name amount name amount …", of which the first is e
-- Returns 1
local now = readClock()

local function addTo(key)
  local isFull = call('HLEN', key) > STATS_FIELDS_MAX
  for i = 1, #ARGV, 2 do
    local series = ARGV[i]
    if isFull and call('HEXISTS', key, series .. ' e') == 0 then series = 'other other' end
    for name, amount in string.gmatch(ARGV[i + 1], '(%w+) (%d+)') do
      call('HINCRBY', key, series .. ' ' .. name, amount)
    end
  end
end

for span, each in pairs(SPANS) do
  local at = now - now % each.step
  local key = stepKey(span, at)
  if call('HGET', key, 'at') ~= digits(at) then
    call('DEL', key)
    call('HSET', key, 'at', digits(at))
  end
  addTo(key)
end
return 1
