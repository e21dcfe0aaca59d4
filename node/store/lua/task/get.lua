-- Reads tasks.
-- ARGV    number of shards by which these are here, id …
-- Returns 'unsettled' if the shard does not have that number,
--         else per id: the result of readTask, empty if there is no such task
if numberHere() ~= ARGV[1] then return 'unsettled' end
local answer = {}
for i = 2, #ARGV do answer[i - 1] = readTask(ARGV[i]) end
return answer
