-- Ends the attempt of a STARTED task other than by its result: the task waits
-- again at its old rank, or is given up. Shared by revoke and give-back, which
-- have checked that the attempt is the one meant.

-- Moves an attempt that is over from the holders to the task's past: one line each,
-- the newest ATTEMPTS_KEPT_MAX of them: "token session claimed ended how". `crashed`
-- and `lost` (0 or 1) tell what it counts as. Returns crashes and losses so far.
local function recordAttempt(id, held, now, how, crashed, lost)
  local task = taskKey(id)
  local token, attempt, claimed, session = string.match(held, '^(%d+) (%d+) (%d+) %d+ (.+)$')
  local fields = call('HMGET', task, 'past', 'tries')
  local _, crashes, losses = string.match(fields[2] or '0 0 0', '^(%d+) (%d+) (%d+)$')
  crashes, losses = crashes + crashed, losses + lost
  local line = table.concat({ token, session, claimed, digits(now), how }, ' ')
  local past = fields[1] and (fields[1] .. '\n' .. line) or line
  local _, breaks = string.gsub(past, '\n', '')
  if breaks >= ATTEMPTS_KEPT_MAX then past = string.sub(past, string.find(past, '\n') + 1) end
  call('HSET', task, 'past', past, 'tries', attempt .. ' ' .. crashes .. ' ' .. losses)
  call('HDEL', HOLDERS, id)
  return crashes, losses
end

-- Back to PENDING. `putBack` gathers route → { count, lowest rank }.
local function waitAgain(id, about, putBack)
  local priority, seq, route = parseAbout(about)
  local rank = rankOf(priority, seq)
  call('ZADD', queueKey(route), digits(rank), id)
  local known = putBack[route] or { 0, rank }
  putBack[route] = { known[1] + 1, math.min(known[2], rank) }
end

-- To FAILURE, with `code` crashed.
local function giveUp(id, about, now, message)
  local _, seq = parseAbout(about)
  local reason = cjson.encode({ code = 'crashed', message = message })
  call('HSET', taskKey(id), 'end', 'FAILURE ' .. digits(now), 'error', reason)
  call('ZADD', endedKey('FAILURE'), seq, id)
  call('RPUSH', ENDED, id)
end

-- Accounts for what waitAgain and giveUp did, once a script; `gone` tasks had lost
-- their fields (deleted by hand, or evicted), and there is nothing to put back.
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
