-- SCHEDULED: the tasks that are not due yet. What the times and the index by creation say of
-- it is written here alone.

-- Times and ids; seqs and ids.
local dues, scheduled = {}, {}

-- To SCHEDULED, until `due` (ms).
local function toScheduled(id, seq, due)
  local last = #dues
  dues[last + 1], dues[last + 2] = digits(due), id
  scheduled[last + 1], scheduled[last + 2] = seq, id
end

-- Once a script, with all that is scheduled now.
local function writeScheduled()
  if #dues == 0 then return end
  call('ZADD', DUE, unpack(dues))
  call('ZADD', SCHEDULED, unpack(scheduled))
end

-- From SCHEDULED.
local function leaveScheduled(ids)
  if #ids == 0 then return end
  call('ZREM', DUE, unpack(ids))
  call('ZREM', SCHEDULED, unpack(ids))
end
