-- How many tasks of these routes may come, `limit` at most, if others have turns, too: as many
-- as there are numbers in `turns` up to the number of tasks that wait. With '' all may come.
local function tasksInTurn(routes, turns, limit)
  if turns == '' then return limit end
  local waiting, tasks = 0, 0
  for _, route in ipairs(routes) do waiting = waiting + call('ZCARD', queueKey(route)) end
  for turn in string.gmatch(turns, '%d+') do
    if tasks < limit and tonumber(turn) <= waiting then tasks = tasks + 1 end
  end
  return tasks
end

-- The heads of queues, taken in order of rank across them. From a single queue, up to `limit`
-- tasks are read at once; from several, a few each, and more from those that turn out to be first.
-- `rooms` limits how many may be taken from some of them together, see claim.lua.
local function openHeads(routes, limit, rooms)
  local several = #routes > 1
  local span = several and math.min(limit, math.ceil(2 * limit / #routes) + 2) or limit
  -- If there are several queues, the ranks stand between the ids.
  local step = several and 2 or 1

  local function readOn(head)
    local from, to = head.read, head.read + span - 1
    head.list = several and call('ZRANGE', queueKey(head.route), from, to, 'WITHSCORES')
      or call('ZRANGE', queueKey(head.route), from, to)
    head.at = 1
    head.read = from + #head.list / step
    head.whole = head.read <= to
    head.rank = several and tonumber(head.list[2])
  end

  local heads = {}
  for i, route in ipairs(routes) do
    heads[i] = { route = route, read = 0, taken = 0 }
    readOn(heads[i])
  end
  for tasks, numbers in string.gmatch(rooms, '(%d+):([%d,]+)') do
    local room = { left = tonumber(tasks) }
    for number in string.gmatch(numbers, '%d+') do heads[tonumber(number)].room = room end
  end
  local function mayTake(head) return not head.room or head.room.left > 0 end

  local function lowest()
    local best
    for _, head in ipairs(heads) do
      if head.rank and (not best or head.rank < best.rank) and mayTake(head) then best = head end
    end
    return best
  end

  -- Takes the next ids of the only queue.
  local function takeRun(count)
    local head = heads[1]
    local room = head.room
    if head.at > #head.list and not head.whole then readOn(head) end
    local last = math.min(head.at + count, room and head.at + room.left or math.huge, #head.list + 1) - 1
    local ids = { unpack(head.list, head.at, last) }
    head.at, head.taken = last + 1, head.taken + #ids
    if room then room.left = room.left - #ids end
    return ids
  end

  -- Takes the next ids, up to `count` of them.
  local function take(count)
    if not several then return takeRun(count) end
    local ids = {}
    while #ids < count do
      local head = lowest()
      if not head then break end
      ids[#ids + 1] = head.list[head.at]
      head.at, head.taken = head.at + step, head.taken + 1
      if head.room then head.room.left = head.room.left - 1 end
      if head.at > #head.list and not head.whole then readOn(head) else head.rank = tonumber(head.list[head.at + 1]) end
    end
    return ids
  end

  return heads, take
end
