-- Returns which of these tasks are over: ended, or not there (any more).
-- ARGV    id …
-- Returns their numbers, from 1
local answer = {}
for i, id in ipairs(ARGV) do
  if call('HEXISTS', ENDS, id) == 1 or call('HEXISTS', TASKS, id) == 0 then answer[#answer + 1] = i end
end
return answer
