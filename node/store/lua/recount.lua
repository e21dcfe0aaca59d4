-- Counts the tasks by state from where they are: the queues, the holders, the indexes of
-- ended ones. The counts that are kept may be wrong where keys were deleted by hand.
-- Returns state → tasks; states that have none may be missing.
local function recount()
  local counts = { PENDING = 0, STARTED = call('HLEN', HOLDERS) }
  for _, route in ipairs(call('ZRANGE', READY, 0, -1)) do
    counts.PENDING = counts.PENDING + call('ZCARD', queueKey(route))
  end
  for _, state in ipairs(ENDED_STATES) do counts[state] = call('ZCARD', endedKey(state)) end
  return counts
end
