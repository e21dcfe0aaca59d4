-- Reads the counts by state, as they are, the running totals, and how much waits on each route.
-- ARGV    number of shards of which this is one
-- Returns 'unsettled' if the shard does not have that number, else { counts (flat list), then route, waiting tasks, route, … }
if numberHere() ~= ARGV[1] then return 'unsettled' end
local totals = call('HMGET', COUNTS, 'accepted', 'attempts', 'stale')
local counts = { 'accepted', totals[1] or '0', 'attempts', totals[2] or '0', 'stale', totals[3] or '0' }
for state, count in pairs(recount()) do
  counts[#counts + 1] = state
  counts[#counts + 1] = digits(count)
end
local answer = { counts }
for _, route in ipairs(call('ZRANGE', READY, 0, -1)) do
  answer[#answer + 1] = route
  answer[#answer + 1] = call('ZCARD', queueKey(route))
end
return answer
