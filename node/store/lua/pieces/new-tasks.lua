-- New tasks, as they are submitted: JSON, which is read faster than as many arguments. Tasks that
-- follow one another and have these in common make one list: route, priority, options (JSON, or
-- nothing); behind them come their ids. All as text.

-- Where the first id stands in such a list.
local FIRST_ID = 4

-- Returns the lists, and the ids of all tasks.
local function readTasks(json)
  local lists, ids, count = cjson.decode(json), {}, 0
  for _, list in ipairs(lists) do
    for at = FIRST_ID, #list do
      count = count + 1
      ids[count] = list[at]
    end
  end
  return lists, ids
end

-- Whether tasks wait on one of their routes.
local function anyWaits(lists)
  local asked = {}
  for _, list in ipairs(lists) do
    local route = list[1]
    if not asked[route] and call('ZSCORE', ROUTES, route) then return true end
    asked[route] = true
  end
  return false
end
