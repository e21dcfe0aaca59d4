-- Takes tasks back from their holder, unfinished: STARTED → PENDING; or, where the
-- worker crashed for the CRASHES_MAX-th time, STARTED → FAILURE. Fenced by token.
-- ARGV    per task: id, token, how (handed-back | crashed), message of a last crash
-- Returns per task: 1 waits again, 2 given up, 0 stale
local now = readClock()
local putBack, givenUp, gone, stale, answers = {}, 0, 0, 0, {}

for i = 1, #ARGV, 4 do
  local id, token, how, message = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local held = call('HGET', HOLDERS, id)
  local newest, _, session = parseHolder(held)
  local text = newest == token and call('HGET', TASKS, id)
  if newest ~= token then
    stale = stale + 1
    answers[#answers + 1] = 0
  elseif not text then
    call('ZREM', runningKey(session), id)
    call('HDEL', HOLDERS, id)
    gone = gone + 1
    answers[#answers + 1] = 0
  else
    call('ZREM', runningKey(session), id)
    local task = recordAttempt(id, text, held, now, how, how == 'crashed' and 1 or 0, 0, false)
    if how == 'crashed' and task.crashes >= CRASHES_MAX then
      giveUp(id, task, now, message)
      givenUp = givenUp + 1
      answers[#answers + 1] = 2
    else
      waitAgain(id, task, putBack)
      answers[#answers + 1] = 1
    end
  end
end

settle(putBack, givenUp, gone)
if stale > 0 then call('HINCRBY', COUNTS, 'stale', stale) end
return answers
