-- Deletes tasks that have ended, because somebody asked for it.
-- ARGV    id …
-- Returns, for as many of the tasks as it got through, from the first: 0 if there is none, or
--         its end cannot be read, 1 if it is deleted, 2 if it has not ended
local answers = {}
for i, id in ipairs(ARGV) do
  if isStepFull() then break end
  local ending = call('HGET', ENDS, id)
  local state = ending and parseEnd(ending)
  if state then
    local head = parseHead(readText(id) or '')
    if head then note('x ' .. aboutOf(head), id) end
    leaveEnded(id, ending)
    forget({ id })
  end
  answers[i] = state and 1 or ending and 0 or call('HEXISTS', TASKS, id) * 2
end
writeOrder()
writeEvents(readClock())
return answers
