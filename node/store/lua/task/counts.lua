-- Reads the counts by state, the running totals, and how many tasks wait on each route; if more
-- routes than the limit have any, on those that tasks came to last.
-- ARGV    number of shards of which this is one, limit (routes; 0: none)
-- Returns 'unsettled' if the shard does not have that number,
--         else { counts (flat list), routes with waiting tasks, then route, waiting tasks, route, … }
if numberHere() ~= ARGV[1] then return 'unsettled' end
local totals = call('HMGET', META, 'accepted', 'attempts', 'stale')
local counts = { 'accepted', totals[1] or '0', 'attempts', totals[2] or '0', 'stale', totals[3] or '0' }
local states = { SCHEDULED = call('ZCARD', DUE), STARTED = call('HLEN', HOLDERS), PENDING = countWaiting() }
for _, state in ipairs(ENDED_STATES) do states[state] = call('ZCARD', endedKey(state)) end
for state, count in pairs(states) do
  counts[#counts + 1] = state
  counts[#counts + 1] = digits(count)
end
local answer = { counts, call('ZCARD', ROUTES) }
local limit = tonumber(ARGV[2])
for _, route in ipairs(limit > 0 and call('ZREVRANGE', ROUTES, 0, limit - 1) or {}) do
  answer[#answer + 1] = route
  answer[#answer + 1] = call('ZCARD', queueKey(route))
end
return answer
