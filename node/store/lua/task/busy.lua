-- Reads routes on which nothing waits, but which have tasks: the BUSY_ROUTES_MAX with most
-- STARTED ones, and the BUSY_ROUTES_MAX with most SCHEDULED ones.
-- ARGV    number of shards of which this is one
-- Returns 'unsettled' if the shard does not have that number,
--         else per route: route, tasks that are STARTED, and SCHEDULED
if numberHere() ~= ARGV[1] then return 'unsettled' end
local answer, seen = {}, {}
for _, key in ipairs({ STARTED_ON, SCHEDULED_ON }) do
  local routes = call('ZREVRANGE', key, 0, BUSY_ROUTES_MAX - 1)
  local waits = #routes > 0 and call('ZMSCORE', ROUTES, unpack(routes)) or {}
  for i, route in ipairs(routes) do
    if not waits[i] and not seen[route] then
      seen[route] = true
      local started, scheduled = call('ZSCORE', STARTED_ON, route), call('ZSCORE', SCHEDULED_ON, route)
      for _, value in ipairs({ route, started or '0', scheduled or '0' }) do answer[#answer + 1] = value end
    end
  end
end
return answer
