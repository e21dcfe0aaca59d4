-- What a pulse reports about the routes that may be claimed from: those that are new to the
-- node, at most PULSE_ROUTES_MAX of either kind; and on demand some that were reported to it
-- before, one after the other, as a sweep in case nothing became of them.

-- Sorts routes again, as a node knows them: those that it serves, and those that no node
-- does.
local function sortRoutes(served, unserved)
  for route in string.gmatch(served, '[^ ]+') do
    local number = call('ZSCORE', UNSERVED, route)
    if number then serveRoute(route, number) end
  end
  for route in string.gmatch(unserved, '[^ ]+') do
    if call('ZREM', READY, route) == 1 then call('ZADD', UNSERVED, nextNumber(), route) end
  end
end

-- Returns routes above a number, and the number of the last; no number if these are all.
local function routesAbove(key, number, limit)
  local page = call('ZRANGEBYSCORE', key, '(' .. digits(number), '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
  return page, #page == 2 * limit and tonumber(page[#page]) or nil
end

local function addRoutes(answer, page, upTo)
  local at, count = #answer + 1, 0
  for i = 1, #page, 2 do
    if tonumber(page[i + 1]) > upTo then break end
    count = count + 1
    answer[at + count] = page[i]
  end
  answer[at] = count
end

-- Adds routes to the answer. `seq`: the highest number that there is; `again`: the number above which
-- routes are to be reported once more, or -1.
local function tellRoutes(answer, seen, seq, again)
  -- A store that lost writes may count from below what the node has seen.
  if seen > seq then seen = 0 end
  local ready, unserved, old, upTo, last = {}, {}, {}, seq, nil
  if seen < seq then
    local readyLast, unservedLast
    ready, readyLast = routesAbove(READY, seen, PULSE_ROUTES_MAX)
    unserved, unservedLast = routesAbove(UNSERVED, seen, PULSE_ROUTES_MAX)
    upTo = math.min(readyLast or seq, unservedLast or seq)
  end
  if again >= 0 then old, last = routesAbove(READY, again, SWEEP_ROUTES_MAX) end
  answer[#answer + 1] = call('ZCARD', READY)
  answer[#answer + 1] = digits(upTo)
  answer[#answer + 1] = upTo < seq and 1 or 0
  answer[#answer + 1] = digits(last or 0)
  addRoutes(answer, ready, upTo)
  addRoutes(answer, unserved, upTo)
  addRoutes(answer, old, seq)
  return answer
end
