-- Reads tasks.
-- ARGV    id …
-- Returns per id: what readTask tells, empty where there is none
local answer = {}
for i = 1, #ARGV do answer[i] = readTask(ARGV[i]) end
return answer
