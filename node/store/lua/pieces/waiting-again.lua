-- Tasks that come to wait and are not new, and the routes that are reported for them.

-- route → { tasks that wait there now, lowest rank }
local waiting = {}

-- To PENDING, at a place in the queue of its route, which must be open.
local function waitAt(id, task, place)
  local rank, known = rankOf(task.priority, place), waiting[task.route]
  toPending(id, task.route, task.priority, tonumber(task.seq), place)
  waiting[task.route] = known and { known[1] + 1, math.min(known[2], rank) } or { 1, rank }
end

-- The place of a task that comes to wait now, behind all that wait. Like the place of a
-- new task, it says since when the task waits.
local function nextPlace(now)
  local last = tonumber(call('HGET', META, 'seq') or 0)
  local place = math.max(last + 1, (now - SEQ_EPOCH_MS) * SEQ_PER_MS)
  call('HSET', META, 'seq', digits(place))
  return place
end

-- Adds route, tasks, lowest rank of each route with tasks that wait now.
local function tellWaiting(answer)
  for route, known in pairs(waiting) do
    for _, value in ipairs({ route, known[1], digits(known[2]) }) do answer[#answer + 1] = value end
  end
  return answer
end
