-- Deletes tasks that have ended, on somebody's wish.
-- ARGV    id …
-- Returns per task: 0 there is none, 1 it is gone, 2 it has not ended
local answers = {}
for i, id in ipairs(ARGV) do
  local ending = call('HGET', ENDS, id)
  if ending then
    leaveEnded(id, ending)
    forget({ id })
  end
  answers[i] = ending and 1 or call('HEXISTS', TASKS, id) * 2
end
return answers
