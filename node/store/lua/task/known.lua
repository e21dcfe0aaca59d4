-- Tells which of these tasks are here, and enough of them to compare them.
-- ARGV    number of shards by which these are here, then per task: id, bytes of its payload
-- Returns 'unsettled' if the shard does not have that number,
--         else per task: the result of readKnown, empty if there is none of its id; of the
--         first ones only, if those that are here are large (see STEP_BYTES_MAX)
if numberHere() ~= ARGV[1] then return 'unsettled' end
local answer = {}
for i = 2, #ARGV, 2 do
  if isStepFull() then break end
  answer[i / 2] = readKnown(ARGV[i], tonumber(ARGV[i + 1]))
end
return answer
