-- The books: how many tasks there are, and how many of them wait. Nothing is counted task by
-- task, since every collection of tasks knows its size.

-- The number of texts of tasks that should be there. There are fewer if some were deleted
-- by hand.
local function textsExpected()
  local totals = call('HMGET', META, 'accepted', 'forgotten')
  return (totals[1] or 0) - (totals[2] or 0)
end

-- Whether there are tasks whose text is gone (deleted by hand). One question for all, since asking
-- for each took a tenth of Redis's time for the end of a task, and for a new one. (An additional text,
-- written by hand, would hide one that is gone.)
local function mayBeGone() return call('HLEN', TASKS) ~= textsExpected() end

local function countQueued()
  local waiting = 0
  for _, route in ipairs(call('ZRANGE', ROUTES, 0, -1)) do waiting = waiting + call('ZCARD', queueKey(route)) end
  return waiting
end

-- How many tasks wait: all that neither run, nor have ended, nor are due later. If keys were
-- deleted by hand, the queues decide.
local function countWaiting()
  local texts = call('HLEN', TASKS)
  local waiting = texts - call('HLEN', HOLDERS) - call('HLEN', ENDS) - call('ZCARD', DUE)
  if waiting < 0 or texts ~= textsExpected() then return countQueued() end
  return waiting
end

-- Writes off texts that were deleted by hand, if there are any, once every existing text has a place.
local function settleBooks()
  local texts, expected = call('HLEN', TASKS), textsExpected()
  if texts == expected then return end
  if texts == countQueued() + call('HLEN', HOLDERS) + call('HLEN', ENDS) + call('ZCARD', DUE) then
    call('HINCRBY', META, 'forgotten', expected - texts)
  end
end

-- How many tasks wait and run, and how many have ever ended: all that were accepted or reopened,
-- except for those that wait, run or are due later.
local function countsNow()
  local totals = call('HMGET', META, 'accepted', 'reopened')
  local pending, started = countWaiting(), call('HLEN', HOLDERS)
  return pending, started, (totals[1] or 0) + (totals[2] or 0) - pending - started - call('ZCARD', DUE)
end
