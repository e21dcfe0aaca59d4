-- Reads what happened before a place in the stream, newest first, one step at a time.
-- ARGV    bytes and ms of the place (see events.lua); or '' for the end
-- Returns as after.lua: { 'on', now (ms), generation, bytes, ms (of the place from which this
--         goes back), 1 if there is more or 0, then per entry, newest first: its place as the
--         stream has it, its text }
local generation = call('HGET', META, 'gen') or '0'
local last = ARGV[1] == '' and '+' or '(' .. ARGV[1] .. '-' .. ARGV[2]
local answer = { 'on', digits(readClock()), generation, ARGV[1] == '' and '0' or ARGV[1], ARGV[2] or '0', 0 }
local size, more = 0, true
while more and size < EVENTS_STEP_BYTES do
  local some = call('XREVRANGE', EVENTS, last, '-', 'COUNT', READ_TASKS_MAX)
  more = #some == READ_TASKS_MAX
  for _, entry in ipairs(some) do
    answer[#answer + 1] = entry[1]
    answer[#answer + 1] = entry[2][2]
    size = size + #entry[2][2]
    last = '(' .. entry[1]
  end
end
answer[6] = more and 1 or 0
return answer
