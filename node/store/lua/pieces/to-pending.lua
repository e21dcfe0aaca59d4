-- PENDING: the tasks that wait. Their entries in the queues, and which routes have work, are
-- written here alone, with routes.lua.

-- route → ranks and ids; route → highest place of them
local queued, newest = {}, {}
local rankText = risingDigits()

-- To PENDING, at a place in the queue of its route, which must be open. A task's place is its
-- creation number; one at another place is listed by an index of its own.
local function toPending(id, route, priority, seq, place)
  local queue = queued[route] or {}
  local last = #queue
  queued[route] = queue
  queue[last + 1], queue[last + 2] = rankText(rankOf(priority, place)), id
  if place > (newest[route] or 0) then newest[route] = place end
  if place ~= seq then call('ZADD', DISPLACED, digits(seq), id) end
end

-- To be called once a script, when all tasks that come to wait do.
local function writeQueues()
  local routes = {}
  for route, queue in pairs(queued) do
    call('ZADD', queueKey(route), unpack(queue))
    routes[#routes + 1] = digits(newest[route])
    routes[#routes + 1] = route
  end
  if #routes > 0 then call('ZADD', ROUTES, 'GT', unpack(routes)) end
end

-- From PENDING: these ids, wherever they stand in the queue of their route.
local function leaveQueue(route, ids)
  call('ZREM', queueKey(route), unpack(ids))
  if call('EXISTS', DISPLACED) == 1 then call('ZREM', DISPLACED, unpack(ids)) end
  if call('EXISTS', queueKey(route)) == 0 then closeRoutes({ route }) end
end

-- From PENDING: the heads that were taken (see heads.lua). Returns what is left on each route.
local function leaveQueues(heads)
  local waiting, emptied = {}, {}
  for i, head in ipairs(heads) do
    local queue = queueKey(head.route)
    if head.taken > 0 then call('ZREMRANGEBYRANK', queue, 0, head.taken - 1) end
    waiting[i] = head.whole and head.read - head.taken or call('ZCARD', queue)
    if waiting[i] == 0 then emptied[#emptied + 1] = head.route end
  end
  if #emptied > 0 then closeRoutes(emptied) end
  return waiting
end
