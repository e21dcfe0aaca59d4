-- The past of a task: attempts that are over and did not end it, a line each (see
-- attempt.lua).

-- Adds a line, and drops the oldest beyond ATTEMPTS_KEPT_MAX. Returns all of them.
local function addPast(id, token, round, rest)
  if round ~= '1' then token = token .. ',' .. round end
  local before = call('HGET', PAST, id)
  local over = token .. ' ' .. table.concat(rest, ' ')
  local past = before and (before .. '\n' .. over) or over
  local _, breaks = string.gsub(past, '\n', '')
  if breaks >= ATTEMPTS_KEPT_MAX then past = string.sub(past, string.find(past, '\n') + 1) end
  stepBytes = stepBytes + #past
  call('HSET', PAST, id, past)
  return past
end
