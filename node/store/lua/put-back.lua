-- Ends the attempt of a STARTED task other than by its result: the task waits
-- again at its old rank, or is given up. Shared by revoke and give-back, which
-- have checked that the attempt is the one meant.

-- Moves an attempt that is over from the holders to the task's past: one line each,
-- the newest ATTEMPTS_KEPT_MAX of them: "token session claimed ended how", and " alone" where
-- a node was lost that ran nothing but this task, in a process of its own. `crashed` and
-- `lost` (0 or 1) tell what it counts as, `alone` whether the node ran nothing else.
-- Returns the task with its new counts, and how many of those were such losses.
local function recordAttempt(id, text, held, now, how, crashed, lost, alone)
  local token, attempt, claimed, session = string.match(held, '^(%d+) (%d+) (%d+) %d+ (.+)$')
  local task = parseHead(text)
  if alone and tonumber(task.losses) >= LOSSES_SHARED_MAX then how = how .. ' alone' end
  task.attempts, task.crashes, task.losses = attempt, task.crashes + crashed, task.losses + lost
  call('HSET', TASKS, id, withHead(text, task))
  local before = call('HGET', PAST, id)
  local over = table.concat({ token, session, claimed, digits(now), how }, ' ')
  local past = before and (before .. '\n' .. over) or over
  local _, breaks = string.gsub(past, '\n', '')
  if breaks >= ATTEMPTS_KEPT_MAX then past = string.sub(past, string.find(past, '\n') + 1) end
  call('HSET', PAST, id, past)
  call('HDEL', HOLDERS, id)
  local _, lostAlone = string.gsub(past, ' alone', '')
  return task, lostAlone
end

-- Back to PENDING. `putBack` gathers route → { count, lowest rank }.
local function waitAgain(id, task, putBack)
  local rank = rankOf(task.priority, task.seq)
  call('ZADD', queueKey(task.route), digits(rank), id)
  local known = putBack[task.route] or { 0, rank }
  putBack[task.route] = { known[1] + 1, math.min(known[2], rank) }
end

-- To FAILURE, with `code` crashed.
local function giveUp(id, task, now, message)
  local reason = cjson.encode({ code = 'crashed', message = message })
  call('HSET', ENDS, id, 'FAILURE ' .. digits(now) .. '\n' .. reason)
  call('ZADD', endedKey('FAILURE'), task.seq, id)
  call('RPUSH', ENDED, id)
end

-- Accounts for what waitAgain and giveUp did, once a script; `gone` tasks had lost
-- their text (deleted by hand), and there is nothing to put back.
local function settle(putBack, givenUp, gone)
  local waiting = 0
  for route, known in pairs(putBack) do
    waiting = waiting + known[1]
    call('ZADD', READY, 0, route)
  end
  if waiting > 0 then call('HINCRBY', COUNTS, 'PENDING', waiting) end
  if givenUp > 0 then call('HINCRBY', COUNTS, 'FAILURE', givenUp) end
  local left = waiting + givenUp + gone
  if left > 0 then call('HINCRBY', COUNTS, 'STARTED', -left) end
end
