-- Waiting tasks for a page of a list. They are read from their queues, which are sorted by
-- priority and, within a priority, by place, mostly the creation number: each such band is a
-- source. Tasks at another place have an index of their own.

local anyDisplaced = call('EXISTS', DISPLACED) == 1

-- The first of the run of places (see late.lua) in which this one is; or itself.
local function firstOfRun(place)
  looks = looks + 1
  local run = call('ZREVRANGEBYSCORE', LATE, digits(place), '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
  return run[1] and tonumber(run[1]) >= place and tonumber(run[2]) or place
end

-- Returns those of these ids, each with its score, that are at their place; and down to which score
-- there are no others.
local function atTheirPlace(read, low)
  local ids, page = {}, {}
  for i = 1, #read, 2 do ids[#ids + 1] = read[i] end
  if #ids == 0 then return page end
  looks = looks + 1
  for i, seq in ipairs(call('ZMSCORE', DISPLACED, unpack(ids))) do
    if not seq then page[#page + 1], page[#page + 2] = ids[i], read[2 * i] end
  end
  local lowest = read[#read] - low
  return page, digits(low + (#page == 0 and firstOfRun(lowest) or lowest))
end

-- Adds the bands of a queue. It hops from one priority in use to the next.
local function addBands(queue)
  local ceiling, leavesOut = '+inf', anyDisplaced and atTheirPlace or nil
  while true do
    looks = looks + 1
    local last = call('ZREVRANGEBYSCORE', queue, ceiling, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if #last == 0 then return end
    local low = math.floor(last[2] / SEQ_SPAN) * SEQ_SPAN
    local newest = last[2] - low
    if newest >= floor then
      addSource(queue, low, 'PENDING', leavesOut, newest < before and not leavesOut and last or nil)
    end
    ceiling = '(' .. digits(low)
  end
end

-- Routes go by a number that no task of theirs is above, newest first; so of many those at the
-- end need no look. If there are too many for one step the next goes on with the rest: those
-- below where it came to, and then those that came up meanwhile. `rest`: { above, below, top },
-- routes above a number and below one, and then those above the top; returns it, if any is left.
local function gatherWaiting(rest, fitsRoute)
  local above, below, top = unpack(rest)
  local limit = looks + FIND_LOOKS_MAX
  while true do
    local page = call('ZREVRANGEBYSCORE', ROUTES, below, above, 'WITHSCORES', 'LIMIT', 0, READ_TASKS_MAX)
    local isOver = #page < 2 * READ_TASKS_MAX
    for i = 1, #page, 2 do
      local number = tonumber(page[i + 1])
      if top == '' then top = page[i + 1] end
      if number < floor then isOver = true break end
      looks = looks + 1
      if fitsRoute(page[i]) then addBands(queueKey(page[i])) end
      below = '(' .. page[i + 1]
      if looks > limit then return { above, below, top } end
    end
    if isOver then
      local newest = call('ZREVRANGE', ROUTES, 0, 0, 'WITHSCORES')[2]
      if not newest or tonumber(newest) <= tonumber(top == '' and '-1' or top) then return end
      above, below, top = '(' .. top, '+inf', newest
    end
  end
end
