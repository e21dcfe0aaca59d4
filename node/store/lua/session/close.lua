-- Says goodbye: ends the caller's own session. Tasks that it still runs wait again, handBack,
-- which counts against nobody; a result that comes later is refused. Lease and record go with
-- the last task.
-- ARGV    session, limit (tasks)
-- Returns { tasks left to put back: call again, then per route with tasks put back:
--         route, tasks, lowest rank }
local session, limit = ARGV[1], tonumber(ARGV[2])
local now = readClock()
-- From here on nobody can renew it or claim under it, however many calls its tasks take.
if call('ZSCORE', SESSIONS, session) then call('ZADD', SESSIONS, 0, session) end

local running = runningKey(session)
local ids = call('ZRANGEBYSCORE', running, 0, '+inf', 'LIMIT', 0, limit)
for _, id in ipairs(ids) do
  if isStepFull() then break end
  local held = call('HGET', HOLDERS, id)
  local _, _, holder = parseHolder(held)
  local text = holder == session and takeText(id)
  if holder == session then leaveStarted(id, session, text and parseHead(text).route) else leaveRunning(id, session) end
  -- A task that was deleted by hand needs nothing more. Whoever has the id now keeps it.
  if text and isCancelled(id) then
    cancelAttempt(id, text, held, now, lostAs(held, 'handed-back', nil, 'goodbye'), 0)
  elseif text then
    waitAgain(id, recordAttempt(id, text, held, now, lostAs(held, 'handed-back', nil, 'goodbye'), 0, 0, false))
  end
end
writeLeft()
writeQueues()
writeEnded(now)

local leftOver = countRunning(session)
if leftOver == 0 then
  call('DEL', running, marksKey(session))
  call('ZREM', SESSIONS, session)
  local node = nodeOf(session)
  if call('HGET', EPOCHS, node) == string.match(session, '%d+$') then
    noteNode('left', session)
    call('HDEL', NODES, node)
    call('HDEL', DRAINS, node)
    call('HDEL', LOST, node)
    call('ZADD', GONE, now, node)
  end
  call('HINCRBY', META, 'registry', 1)
end
writeEvents(now)
return tellWaiting({ leftOver })
