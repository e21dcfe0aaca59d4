-- Takes tasks back from their holder, unfinished: handBack; notBegun; crash; or, if the worker
-- crashed for the CRASHES_MAX-th time, giveUpCrashed; putOff, to run again after a time; or, if
-- that is too late for a task that failed, fail. A task that somebody has asked to end does so
-- in any case: cancelHeld, cancelUnbegun. Fenced by token.
-- ARGV    per task: id, token, how (handed-back | not-begun | crashed | failure | timeout |
--         snoozed), message of a last crash, or error (JSON) or nothing, to run again after
--         (ms), started (ms) or '' if that is not known, why it was handed back or crashed:
--         see lostAs
-- Returns, for as many of the tasks as it got through, from the first: 1 if it waits again, 2 if
--         it ended, 0 if the token is stale, else when it is due (ms)
local now, stale, answers, taken = readClock(), 0, {}, {}

local function crash(id, text, held, message, lostSo)
  local task = recordAttempt(id, text, held, now, lostSo, 1, 0, false)
  if task.crashes >= CRASHES_MAX then
    giveUp(id, task, now, message)
    return 2
  end
  waitAgain(id, task)
  return 1
end

-- Nothing is recorded of it. If it had an expiry before the claim, it has it again.
local function notBegun(id, head)
  waitAgain(id, head)
  if mustBegin(id, head) then bindExpiry(id, head.expires) end
  return 1
end

local function putOff(id, text, head, held, how, error, after, started)
  local due, began = now + tonumber(after), how .. ' ' .. started
  if error ~= '' then
    if head.expires > 0 and due >= head.expires then
      toEnded(id, head, 'FAILURE', digits(now), ' ' .. began .. ' ' .. held, error)
      return 2
    end
    head.failures, began = head.failures + 1, began .. ' ' .. error
  end
  head.due = due
  local task = recordAttempt(id, withHead(text, head), held, now, began, 0, 0, false)
  toScheduled(id, head.route, head.seq, due)
  notePutBack(id, task, due)
  bindExpiry(id, head.expires)
  return due
end

-- What its code threw is kept.
local function cancel(id, text, head, held, how, error, started, lostSo)
  if how == 'not-begun' then return toCancelled(id, head, now, '', '') end
  if how ~= 'failure' and how ~= 'timeout' then return cancelAttempt(id, text, held, now, lostSo, 0) end
  toCancelled(id, head, now, ' ' .. how .. ' ' .. started .. ' ' .. held, error)
end

for i = 1, #ARGV, 7 do
  if isStepFull() then break end
  local id, token, how, message = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local held, answer = not taken[id] and call('HGET', HOLDERS, id), 0
  local newest, _, session = parseHolder(held)
  local text = newest == token and takeText(id)
  local started = ARGV[i + 5] ~= '' and ARGV[i + 5]
  local lostSo = text and lostAs(held, how, nil, ARGV[i + 6], started)
  if newest ~= token then stale = stale + 1
  else
    taken[id] = true
    local head = text and headOver(text, how, held)
    leaveStarted(id, session, head and head.route)
    unmark(session, token, id)
    if text and isCancelled(id) then
      cancel(id, text, head, held, how, message, started, lostSo)
      answer = 2
    elseif text and how == 'handed-back' then
      waitAgain(id, recordAttempt(id, text, held, now, lostSo, 0, 0, false))
      answer = 1
    elseif text and how == 'not-begun' then answer = notBegun(id, head)
    elseif text and how == 'crashed' then answer = crash(id, text, held, message, lostSo)
    elseif text then
      answer = putOff(id, text, head, held, how, message, ARGV[i + 4], started)
    end
  end
  answers[#answers + 1] = answer
end

writeLeft()
writeQueues()
writeScheduled()
writeExpiry()
writeEnded(now)
writeEvents(now)
if stale > 0 then call('HINCRBY', META, 'stale', stale) end
return answers
