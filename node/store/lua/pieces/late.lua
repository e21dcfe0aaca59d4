-- Runs of places that were given one after the other to tasks which were created before. In lists
-- these are found by their creation; so of the places a list passes over a run at once.

local function noteRun(first, last)
  if last - first + 1 < LATE_RUN_MIN then return end
  -- Where none of those from before waits any more, their places are of no use.
  if call('ZCARD', DISPLACED) <= last - first + 1 then call('DEL', LATE) end
  call('ZADD', LATE, digits(first), digits(last))
  -- Beyond, a list reads what it could have passed over.
  if call('ZCARD', LATE) > LATE_RUNS_MAX then call('ZREMRANGEBYRANK', LATE, 0, 0) end
end
