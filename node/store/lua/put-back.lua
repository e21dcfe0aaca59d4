-- Ends the attempt of a STARTED task other than by its result: the task waits
-- again at its old rank, or is given up. Shared by revoke and give-back, which
-- have checked that the attempt is the one meant.

-- Adds an attempt that is over to the task's past: one line each, the newest
-- ATTEMPTS_KEPT_MAX of them: "token session claimed ended how".
local function recordAttempt(task, now, how)
  local fields = call('HMGET', task, 'past', 'run')
  local token, attempt, claimed, session = string.match(fields[2], '^(%d+) (%d+) (%d+) (.+)$')
  local line = table.concat({ token, session, claimed, digits(now), how }, ' ')
  local past = fields[1] and (fields[1] .. '\n' .. line) or line
  local _, breaks = string.gsub(past, '\n', '')
  if breaks >= ATTEMPTS_KEPT_MAX then past = string.sub(past, string.find(past, '\n') + 1) end
  call('HSET', task, 'past', past, 'run', token .. ' ' .. attempt)
end

-- Back to PENDING. `putBack` gathers route → { count, lowest rank }.
local function waitAgain(id, route, rank, putBack)
  call('HSET', taskKey(id), 'state', 'PENDING')
  call('ZADD', queueKey(route), rank, id)
  local seen = putBack[route] or { 0, rank }
  putBack[route] = { seen[1] + 1, math.min(seen[2], rank) }
end

-- To FAILURE, with `code` crashed.
local function giveUp(id, rank, now, message)
  local reason = cjson.encode({ code = 'crashed', message = message })
  call('HSET', taskKey(id), 'state', 'FAILURE', 'end', 'crashed 0 ' .. digits(now), 'error', reason)
  call('ZADD', endedKey('FAILURE'), rank % SEQ_SPAN, id)
  call('RPUSH', ENDED, id)
end

-- Accounts for what waitAgain and giveUp did, once a script; `gone` tasks had lost
-- their fields (deleted by hand, or evicted), and there is nothing to put back.
local function settle(putBack, givenUp, gone)
  local waiting = 0
  for route, seen in pairs(putBack) do
    waiting = waiting + seen[1]
    call('ZADD', READY, 0, route)
  end
  if waiting > 0 then call('HINCRBY', COUNTS, 'PENDING', waiting) end
  if givenUp > 0 then call('HINCRBY', COUNTS, 'FAILURE', givenUp) end
  local left = waiting + givenUp + gone
  if left > 0 then call('HINCRBY', COUNTS, 'STARTED', -left) end
end
