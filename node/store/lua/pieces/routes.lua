-- Routes with work: those that exist (their queues are not empty), and among them those that
-- may be claimed from, in the order in which they became so. Served routes and routes that no
-- node serves each have room of their own. to-pending.lua looks after the queues.

-- The next of the rising numbers: what is new to a node has a higher one than any that it has seen.
local function nextNumber() return call('HINCRBY', META, 'seq', 1) end

-- How many routes of a kind there are, once that was asked for.
local counted = {}
local function countRoutes(key)
  counted[key] = counted[key] or call('ZCARD', key)
  return counted[key]
end

-- Gives a served route its place, whether it had one among the unserved or none; false if
-- there is no room.
local function serveRoute(route, number)
  if countRoutes(READY) >= ROUTES_MAX then return false end
  counted[READY] = counted[READY] + 1
  call('ZADD', READY, digits(number), route)
  if countRoutes(UNSERVED) > 0 then counted[UNSERVED] = counted[UNSERVED] - call('ZREM', UNSERVED, route) end
  return true
end

-- Gives a route that no node serves its place; false if there is no room.
local function shelveRoute(route, number)
  if countRoutes(UNSERVED) >= UNSERVED_ROUTES_MAX then return false end
  counted[UNSERVED] = counted[UNSERVED] + 1
  call('ZADD', UNSERVED, digits(number), route)
  return true
end

-- Makes sure that tasks of a route may come to wait, the first of them with this number. A
-- route that was not served may be by now; if there is no room among the served ones, it stays
-- with the unserved ones and is found there. False if it has no place and gets none.
local function openRoute(route, served, number)
  if call('ZSCORE', READY, route) then return true end
  if served and serveRoute(route, number) then return true end
  if countRoutes(UNSERVED) > 0 and call('ZSCORE', UNSERVED, route) then return true end
  return not served and shelveRoute(route, number)
end

-- Opens the route of a task that comes back from a node, and so is served; room does not matter.
local function reopenRoute(route)
  if call('ZSCORE', READY, route) then return end
  call('ZADD', READY, digits(nextNumber()), route)
  call('ZREM', UNSERVED, route)
end

-- Opens a route to which tasks come that were accepted earlier; room does not matter. It is not known
-- here whether a node serves them; nodes that know will sort the route again.
local function admitRoute(route)
  if call('ZSCORE', READY, route) or call('ZSCORE', UNSERVED, route) then return end
  call('ZADD', READY, digits(nextNumber()), route)
end

-- Closes routes whose queues are empty.
local function closeRoutes(routes)
  local gone = call('ZREM', ROUTES, unpack(routes))
  if gone > 0 and call('ZREM', READY, unpack(routes)) < gone then call('ZREM', UNSERVED, unpack(routes)) end
end
