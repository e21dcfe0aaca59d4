-- Deletes tasks that have ended, because somebody asked for it.
-- ARGV    per task: id, round that is meant or ''
-- Returns, for as many of the tasks as it got through, from the first: 0 if there is none, or
--         its end cannot be read, 1 if it is deleted, 2 if it has not ended, 3 if nothing was
--         done (another round is meant)
local answers = {}

local function remove(id, round)
  local text, ending = readText(id), call('HGET', ENDS, id)
  local head, state = text and parseHead(text), ending and parseEnd(ending)
  if head and round ~= '' and round ~= head.round then return 3 end
  if not ending then return text and 2 or 0 end
  if not state then return 0 end
  if head then note('x ' .. aboutOf(head), id) end
  leaveEnded(id, ending)
  forget({ id })
  return 1
end

for i = 1, #ARGV, 2 do
  if isStepFull() then break end
  answers[#answers + 1] = remove(ARGV[i], ARGV[i + 1])
end
writeOrder()
writeEvents(readClock())
return answers
