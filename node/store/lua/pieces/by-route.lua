-- How many tasks of each route are STARTED, and how many SCHEDULED. (Waiting tasks are counted
-- by their queue.) Written once a script, by the pieces of the two states.

-- Route → by how much its number changes.
local startedOn, scheduledOn = {}, {}

-- Notes a change of a count. It does no more, as it is called for every task that runs.
local function countOn(changes, route, by) changes[route] = (changes[route] or 0) + by end

-- `left`: whether tasks may have left the state. `whole`: the key of all tasks in it; if none is left,
-- no count is: so a count that is wrong because a task's text was deleted by hand does not stay so.
local function writeCounts(key, changes, whole, left)
  if left and call('EXISTS', whole) == 0 then return call('DEL', key) end
  for route, by in pairs(changes) do
    local count = by ~= 0 and tonumber(call('ZADD', key, 'INCR', by, route))
    if by < 0 and count <= 0 then call('ZREM', key, route) end
  end
end
