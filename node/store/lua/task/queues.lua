-- Reads the routes that have work, in the order of their numbers: how many tasks wait on each,
-- and which one has waited longest. A queue is sorted by priority and then by place, so that is
-- the first task of one of the priorities, and each of these is looked at.
-- ARGV    number of shards of which this is one, number (only routes above it), limit (routes)
-- Returns 'unsettled' if the shard does not have that number,
--         else { now (ms), the highest number that there is, number of the last route returned,
--         or -1 if there are no more, then per route: route, tasks, id of the one that has
--         waited longest, its place, tasks that are STARTED, and SCHEDULED }
local now, above, limit = readClock(), ARGV[2], tonumber(ARGV[3])
if numberHere() ~= ARGV[1] then return 'unsettled' end
local looks = 0

-- The first task at or after this rank: id, rank; nil if there is none.
local function firstFrom(queue, rank)
  looks = looks + 1
  local first = call('ZRANGEBYSCORE', queue, digits(rank), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  return first[1], tonumber(first[2])
end

-- Id and place of the one that has waited longest; nil in an empty queue.
local function oldestOf(queue, count)
  local oldest, since
  local id, rank = firstFrom(queue, 0)
  while id do
    local band = math.floor(rank / SEQ_SPAN)
    local place = rank - band * SEQ_SPAN
    if not since or place < since then oldest, since = id, place end
    if count == 1 then break end
    id, rank = firstFrom(queue, (band + 1) * SEQ_SPAN)
  end
  return oldest, since
end

-- Routes and numbers, of both kinds. A route that changes sides keeps its number or gets
-- a higher one.
local routes = {}
for _, key in ipairs({ READY, UNSERVED }) do
  local page = call('ZRANGEBYSCORE', key, '(' .. above, '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
  for i = 1, #page, 2 do routes[#routes + 1] = { page[i], tonumber(page[i + 1]) } end
end
table.sort(routes, function(a, b) return a[2] < b[2] end)

local answer = { now, tonumber(call('HGET', META, 'seq') or 0), -1 }
for i, route in ipairs(routes) do
  if i > limit or looks >= QUEUES_LOOKS_MAX then
    answer[3] = routes[i - 1][2]
    break
  end
  local queue = queueKey(route[1])
  local count = call('ZCARD', queue)
  local id, place = oldestOf(queue, count)
  if id then
    local started, scheduled = call('ZSCORE', STARTED_ON, route[1]), call('ZSCORE', SCHEDULED_ON, route[1])
    for _, value in ipairs({ route[1], count, id, digits(place), started or '0', scheduled or '0' }) do
      answer[#answer + 1] = value
    end
  end
end
if answer[3] < 0 and #routes >= limit then answer[3] = routes[#routes][2] end
return answer
