-- Time has passed. Tasks that are due come to wait, at the end of their queues, in the order in
-- which they became due: promote. Tasks that had to begin by now and have not end: expire,
-- expireScheduled.
-- ARGV    limit (tasks of either kind)
-- Returns { now (ms), when there is something to do next (ms) or '', ids of those that have
--         expired with blanks between, then per route with tasks that wait now: route, tasks,
--         lowest rank }
local limit, now = tonumber(ARGV[1]), readClock()

-- Tasks whose time has come, and the text of each.
local function takeDue(key)
  local ids, texts = {}, {}
  for i, id in ipairs(call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, limit)) do
    if isStepFull() then break end
    ids[i], texts[i] = id, readText(id)
  end
  return ids, texts
end

-- A task that was deleted by hand leaves its id behind, which another one may have by
-- now.
local function isPlaced(id) return call('HEXISTS', HOLDERS, id) == 1 or call('HEXISTS', ENDS, id) == 1 end

local expired, late, lateRoutes, unqueued = {}, {}, {}, {}
local ids, texts = takeDue(EXPIRING)
for i, id in ipairs(ids) do
  local head = texts[i] and parseHead(texts[i])
  if head and head.expires > 0 and head.expires <= now and not isPlaced(id) then
    local isScheduled = call('ZSCORE', DUE, id)
    local from = isScheduled and late or unqueued[head.route] or {}
    if isScheduled then lateRoutes[#lateRoutes + 1] = head.route else unqueued[head.route] = from end
    from[#from + 1] = id
    expireTask(id, head, now)
    expired[#expired + 1] = id
  end
end
if #ids > 0 then call('ZREM', EXPIRING, unpack(ids)) end
leaveScheduled(late, lateRoutes)
for route, left in pairs(unqueued) do leaveQueue(route, left) end

ids, texts = takeDue(DUE)
-- Like the places of new tasks, theirs say since when they wait.
local seq = math.max(tonumber(call('HGET', META, 'seq') or 0), (now - SEQ_EPOCH_MS) * SEQ_PER_MS - 1)
local promoted, routes = {}, {}
for i, id in ipairs(ids) do
  local head = texts[i] and parseHead(texts[i])
  if head and head.due > 0 and head.due <= now and not isPlaced(id) then
    seq = seq + 1
    promoted[#promoted + 1] = { id = id, head = head, place = seq }
  end
end
if #promoted > 0 then call('HSET', META, 'seq', digits(seq)) end
for _, task in ipairs(promoted) do
  admitRoute(task.head.route)
  waitAt(task.id, task.head, task.place)
  note('d ' .. aboutOf(task.head), task.id)
  routes[#routes + 1] = task.head.route
end
leaveScheduled(ids, routes)
if #promoted > 0 then noteRun(promoted[1].place, seq) end
writeQueues()
writeScheduled()
writeEnded(now)
writeEvents(now)

return tellWaiting({ now, nextTime(), table.concat(expired, ' ') })
