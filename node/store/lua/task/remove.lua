-- Deletes tasks that have ended, on somebody's wish.
-- ARGV    id …
-- Returns per task: 0 there is none, or its end cannot be read, 1 it is gone, 2 it has not ended
local answers = {}
for i, id in ipairs(ARGV) do
  local ending = call('HGET', ENDS, id)
  local state = ending and parseEnd(ending)
  if state then
    leaveEnded(id, ending)
    forget({ id })
  end
  answers[i] = state and 1 or ending and 0 or call('HEXISTS', TASKS, id) * 2
end
writeOrder()
return answers
