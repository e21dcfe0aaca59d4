-- Takes tasks back from their holder, unfinished: STARTED → PENDING; or, where the
-- worker crashed for the CRASHES_MAX-th time, STARTED → FAILURE. Fenced by token.
-- ARGV    per task: id, token, how (handed-back | crashed), message of a last crash
-- Returns per task: 1 waits again, 2 given up, 0 stale
local now = readClock()
local putBack, givenUp, stale, answers = {}, 0, 0, {}

for i = 1, #ARGV, 4 do
  local id, token, how, message = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local task = taskKey(id)
  local fields = call('HMGET', task, 'run', 'state', 'route', 'rank')
  local held, session = holderOf(fields[1])
  if held ~= token or fields[2] ~= 'STARTED' then
    stale = stale + 1
    answers[#answers + 1] = 0
  else
    local rank = tonumber(fields[4])
    call('ZREM', runningKey(session), id)
    recordAttempt(task, now, how)
    local crashes = how == 'crashed' and call('HINCRBY', task, 'crashes', 1) or 0
    if crashes >= CRASHES_MAX then
      giveUp(id, rank, now, message)
      givenUp = givenUp + 1
      answers[#answers + 1] = 2
    else
      waitAgain(id, fields[3], rank, putBack)
      answers[#answers + 1] = 1
    end
  end
end

settle(putBack, givenUp, 0)
if stale > 0 then call('HINCRBY', COUNTS, 'stale', stale) end
return answers
