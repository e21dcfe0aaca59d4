-- Reads what ended in a span, oldest first: as many steps as make about STATS_READ_FIELDS.
-- ARGV    span (hour | day); the step to begin with (ms when it began), or 0 for the oldest
-- Returns { now (ms), the step to go on with (ms), or -1 if these were all, per step in which
--         something ended: { when it began (ms), field, amount, field, amount … } }
local span, now = ARGV[1], readClock()
local step, steps = SPANS[span].step, SPANS[span].steps
local newest = now - now % step
local at = math.max(tonumber(ARGV[2]), newest - (steps - 1) * step)
local answer, fields = { now, -1 }, 0
while at <= newest and fields < STATS_READ_FIELDS do
  local key = stepKey(span, at)
  if call('HGET', key, 'at') == digits(at) then
    local told = call('HGETALL', key)
    fields = fields + #told / 2
    table.insert(told, 1, at)
    answer[#answer + 1] = told
  end
  at = at + step
end
if at <= newest then answer[2] = at end
return answer
