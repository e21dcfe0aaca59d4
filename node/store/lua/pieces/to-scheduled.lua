-- SCHEDULED: the tasks that are not due yet. Their entries in the times and in the index by
-- creation are written here alone.

-- Times and ids; seqs and ids.
local dues, scheduled = {}, {}
-- Whether some tasks have left.
local unscheduled = false

-- To SCHEDULED, until `due` (ms).
local function toScheduled(id, route, seq, due)
  countOn(scheduledOn, route, 1)
  local last = #dues
  dues[last + 1], dues[last + 2] = digits(due), id
  scheduled[last + 1], scheduled[last + 2] = seq, id
end

-- To be called once a script, when all tasks are scheduled that it schedules.
local function writeScheduled()
  if #dues > 0 then
    call('ZADD', DUE, unpack(dues))
    call('ZADD', SCHEDULED, unpack(scheduled))
  end
  if #dues > 0 or unscheduled then writeCounts(SCHEDULED_ON, scheduledOn, DUE, unscheduled) end
end

-- From SCHEDULED; before writeScheduled. `routes`: the route of each task whose text says it.
local function leaveScheduled(ids, routes)
  if #ids == 0 then return end
  unscheduled = true
  for _, route in ipairs(routes) do countOn(scheduledOn, route, -1) end
  call('ZREM', DUE, unpack(ids))
  call('ZREM', SCHEDULED, unpack(ids))
end
