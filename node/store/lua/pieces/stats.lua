-- What ended in the last hour and the last day, by queue and type, in steps of time. A step is
-- a hash: at → when it began (ms), and "queue type name" → an amount. Names: e ended, f failed,
-- w and r the sums of how long attempts waited and ran (ms), and w or r with a number how many
-- fell into that bucket of durations. There are as many hashes as steps in the span; the oldest
-- is used again.

local SPANS = {
  hour = { step = STATS_HOUR_STEP_MS, steps = STATS_HOUR_STEPS },
  day = { step = STATS_DAY_STEP_MS, steps = STATS_DAY_STEPS },
}

-- The step of a span that begins at this moment.
local function stepKey(span, at)
  local each = SPANS[span]
  return statsKey(span, digits(at / each.step % each.steps))
end
