-- Reads tasks, newest first: by their creation numbers, wherever they are. Scheduled, running
-- and ended tasks have an index by these; for those that wait see waiting.lua.
-- ARGV    state or '' for all, creation number (only tasks before it), limit (tasks), number
--         of shards of which this is one
-- Returns 'unsettled' if the shard does not have that number,
--         else 1 where there are more, older ones, or 0; then id, what readTask tells, id, …
local state = ARGV[1]
if numberHere() ~= ARGV[4] then return 'unsettled' end
openPage(tonumber(ARGV[2]), tonumber(ARGV[3]))
if state == '' or state == 'PENDING' then gatherWaiting() end
if state == '' or state == 'SCHEDULED' then gather(SCHEDULED, 0) end
if state == '' or state == 'STARTED' then
  for _, session in ipairs(call('ZRANGE', SESSIONS, 0, -1)) do gather(runningKey(session), 0) end
end
for _, ended in ipairs(ENDED_STATES) do
  if state == '' or state == ended then gather(endedKey(ended), 0) end
end

table.sort(found, newestFirst)
local answer, bytes = { 0 }, 0
for i, task in ipairs(found) do
  if i > limit or bytes > LIST_BYTES_MAX then
    answer[1] = 1
    break
  end
  local texts = readTask(task.id)
  for _, text in ipairs(texts) do bytes = bytes + #text end
  answer[#answer + 1] = task.id
  answer[#answer + 1] = texts
end
return answer
