-- Takes tasks back from their holder, unfinished: handBack; crash; or, where the worker
-- crashed for the CRASHES_MAX-th time, giveUpCrashed. Fenced by token.
-- ARGV    per task: id, token, how (handed-back | crashed), message of a last crash
-- Returns per task: 1 waits again, 2 given up, 0 stale
local now = readClock()
local stale, answers, taken = 0, {}, {}

for i = 1, #ARGV, 4 do
  local id, token, how, message = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local held = not taken[id] and call('HGET', HOLDERS, id)
  local newest, _, session = parseHolder(held)
  local text = newest == token and call('HGET', TASKS, id)
  local answer = 0
  if newest ~= token then
    stale = stale + 1
  else
    taken[id] = true
    leaveStarted(id, session)
    if text then
      local task = recordAttempt(id, text, held, now, how, how == 'crashed' and 1 or 0, 0, false)
      if how == 'crashed' and task.crashes >= CRASHES_MAX then
        giveUp(id, task, now, message)
        answer = 2
      else
        waitAgain(id, task)
        answer = 1
      end
    end
  end
  answers[#answers + 1] = answer
end

writeLeft()
writeQueues()
writeEnded(now)
if stale > 0 then call('HINCRBY', META, 'stale', stale) end
return answers
