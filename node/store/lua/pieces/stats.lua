-- What has ended in the last hour and the last day, by queue and type, in steps of time. A step is a
-- hash: at → when it began (ms), and "queue type name" → an amount: e ended, f failed, w and r the sums
-- of what they waited and ran (ms), and with a number behind w or r how many fell into that
-- bucket of durations. There are as many as there are steps in the span; the oldest begins anew.

local SPANS = {
  hour = { step = STATS_HOUR_STEP_MS, steps = STATS_HOUR_STEPS },
  day = { step = STATS_DAY_STEP_MS, steps = STATS_DAY_STEPS },
}

-- The step of a span that begins at this moment.
local function stepKey(span, at)
  local each = SPANS[span]
  return statsKey(span, digits(at / each.step % each.steps))
end
