-- Returns which of these attempts are not the session's: their task has another holder, or none.
-- ARGV    session, id …, as many tokens, in the same order
-- Returns their numbers, from 1
local session, count = ARGV[1], (#ARGV - 1) / 2
local answer = {}
for i, held in ipairs(call('HMGET', HOLDERS, unpack(ARGV, 2, count + 1))) do
  local token, _, holder = parseHolder(held)
  if token ~= ARGV[count + 1 + i] or holder ~= session then answer[#answer + 1] = i end
end
return answer
