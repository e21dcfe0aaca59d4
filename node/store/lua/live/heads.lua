-- Reads the heads of tasks, as many as one step may.
-- ARGV    number of shards of which this is one, ids
-- Returns 'unsettled' if the shard does not have that number,
--         else, for as many of the tasks as were read, from the first: round and route, or ''
--         if there is no such task
if numberHere() ~= ARGV[1] then return 'unsettled' end
local answer = {}
for i = 2, #ARGV do
  if isStepFull() then break end
  local text = readText(ARGV[i])
  local head = text and parseHead(text)
  answer[#answer + 1] = head and head.round .. ' ' .. head.route or ''
end
return answer
