-- Reads the counts by state, the running totals, and how much waits on each route.
-- Returns { counts (flat list), then route, waiting tasks, route, … }
local answer = { call('HGETALL', COUNTS) }
for _, route in ipairs(call('ZRANGE', READY, 0, -1)) do
  answer[#answer + 1] = route
  answer[#answer + 1] = call('ZCARD', queueKey(route))
end
return answer
