-- Reads tasks.
-- ARGV    id …
-- Returns per id: the task's fields (flat list), empty where there is none
local answer = {}
for i = 1, #ARGV do answer[i] = call('HGETALL', taskKey(ARGV[i])) end
return answer
