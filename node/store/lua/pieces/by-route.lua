-- How many tasks of each route are STARTED, and how many SCHEDULED. What waits is counted by its
-- queue. Written by the pieces of the two states, once a script.

-- key → route → by how much its number changes
local changes = { [STARTED_ON] = {}, [SCHEDULED_ON] = {} }

local function countOn(key, route, by)
  local counts = changes[key]
  counts[route] = (counts[route] or 0) + by
end

-- `left`: tasks may have left the state, all of which are in `whole`. Where none is left no count
-- is: so a number that is wrong, as a task's text was deleted by hand, does not stay so.
local function writeCounts(key, whole, left)
  if left and call('EXISTS', whole) == 0 then return call('DEL', key) end
  for route, by in pairs(changes[key]) do
    if by ~= 0 and tonumber(call('ZINCRBY', key, by, route)) <= 0 then call('ZREM', key, route) end
  end
end
