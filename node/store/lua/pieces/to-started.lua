-- STARTED: the tasks that sessions hold. Their entries in the holders and in the sessions'
-- running sets, the tokens and the number of attempts are written here alone.

-- To STARTED, under a session, once `startedOn` counts them. `token` is the newest, and written first, so that none is ever
-- given twice; `attempts` were given before. `holders` are ids and what the holders have of
-- each, `running` seqs and ids. What follows is written to META with them: names and values.
local function toStarted(session, token, attempts, holders, running, ...)
  call('HSET', META, 'token', digits(token), 'attempts', digits(attempts + #holders / 2), ...)
  call('HSET', HOLDERS, unpack(holders))
  call('ZADD', runningKey(session), unpack(running))
  writeCounts(STARTED_ON, startedOn, HOLDERS, false)
end

-- From STARTED: the tasks whose attempts are over and how many these are, and what leaves the running
-- set of each session. (The length of a list is counted: Lua searches for the end of one.)
local letGo, gone, left = {}, 0, {}

local function leaversOf(session)
  left[session] = {}
  return left[session]
end

-- Removes an entry that stands for no attempt: its task was deleted by hand, or has another holder.
local function leaveRunning(id, session)
  local ids = left[session] or leaversOf(session)
  ids[#ids + 1] = id
end

-- From STARTED: a task whose attempt is over. `route`: nil if the task's text is gone.
local function leaveStarted(id, session, route)
  if route then startedOn[route] = (startedOn[route] or 0) - 1 end
  gone = gone + 1
  letGo[gone] = id
  local ids = left[session] or leaversOf(session)
  ids[#ids + 1] = id
end

-- To be called once a script, when all tasks that leave have left.
local function writeLeft()
  if gone > 0 then
    call('HDEL', HOLDERS, unpack(letGo))
    writeCounts(STARTED_ON, startedOn, HOLDERS, true)
  end
  for session, ids in pairs(left) do call('ZREM', runningKey(session), unpack(ids)) end
end
