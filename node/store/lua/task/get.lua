-- Reads tasks.
-- ARGV    number of shards by which these are here, bytes that a task may have to be read or -1
--         for any number, id …
-- Returns 'unsettled' if the shard does not have that number,
--         else per id: the result of readWithin, empty if there is no such task
if numberHere() ~= ARGV[1] then return 'unsettled' end
local answer, bytesMax = {}, tonumber(ARGV[2])
for i = 3, #ARGV do
  answer[i - 2] = bytesMax < 0 and readTask(ARGV[i]) or readWithin(ARGV[i], bytesMax)
end
return answer
