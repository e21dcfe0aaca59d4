-- Reads the tasks that a session runs, oldest first.
-- ARGV    session, limit (tasks)
-- Returns id, token, id, token …
local answer = {}
for _, id in ipairs(call('ZRANGEBYSCORE', runningKey(ARGV[1]), 0, '+inf', 'LIMIT', 0, ARGV[2])) do
  local token = parseHolder(call('HGET', HOLDERS, id))
  if token then
    answer[#answer + 1] = id
    answer[#answer + 1] = token
  end
end
return answer
