-- Runs of consecutive places that were given to tasks created earlier. Lists find these tasks
-- by their creation; so a list that goes by places skips a whole run at once.

local function noteRun(first, last)
  if last - first + 1 < LATE_RUN_MIN then return end
  -- If none of the tasks from before waits any more, their places are of no use.
  if call('ZCARD', DISPLACED) <= last - first + 1 then call('DEL', LATE) end
  call('ZADD', LATE, digits(first), digits(last))
  -- Beyond this, a list reads what it could have skipped.
  if call('ZCARD', LATE) > LATE_RUNS_MAX then call('ZREMRANGEBYRANK', LATE, 0, 0) end
end
