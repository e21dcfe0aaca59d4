-- Ends another session's lease and puts its tasks back: lose; or, where for the
-- LOSSES_ALONE_MAX-th time the session ran nothing but this task, in a process of its own,
-- giveUpLost.
-- The session's name holds its epoch, so a newer session of the node is never hit.
-- ARGV    session, when (expired: only if its lease has run out | silent: only if its last
--         renewal is SILENT_LEASE_MS old | now), limit (tasks), and but for now the end of the
--         lease (ms) that was seen: another one shows a renewal since
-- Returns { 'renewed' } if that does not hold, and the lease was not revoked before,
--         else { 'ok', tasks left to put back, then per route with tasks put back:
--         route, tasks, lowest rank }
local session, when, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = readClock()
local lease = call('ZSCORE', SESSIONS, session)
if not lease then return { 'ok', 0 } end
lease = tonumber(lease)
if when ~= 'now' and lease > 0 then
  local left = when == 'silent' and LEASE_TTL_MS - SILENT_LEASE_MS or 0
  if lease ~= tonumber(ARGV[4]) or lease > now + left then return { 'renewed' } end
end
-- From here on nobody can renew it, however many calls its tasks take.
call('ZADD', SESSIONS, 0, session)

local how = when == 'expired' and 'lease-lost' or 'revoked'
local running = runningKey(session)
local ids = call('ZRANGEBYSCORE', running, 0, '+inf', 'LIMIT', 0, limit)
-- One that is left of many was not alone.
local alone = countRunning(session) == 1 and call('ZSCORE', running, FIRST_MEMBER) ~= '-2'
for _, id in ipairs(ids) do
  local held = call('HGET', HOLDERS, id)
  local text = call('HGET', TASKS, id)
  local _, _, holder = parseHolder(held)
  -- Left behind by a task that was deleted by hand? Whoever has the id now keeps it.
  if holder == session then leaveStarted(id, session) else leaveRunning(id, session) end
  if holder == session and text then
    local task, lostAlone = recordAttempt(id, text, held, now, how, 0, 1, alone)
    if lostAlone >= LOSSES_ALONE_MAX then
      giveUp(id, task, now, 'Its node was lost ' .. lostAlone .. ' times while it ran nothing but this task, in a process of its own.')
    else
      waitAgain(id, task)
    end
  end
end
writeLeft()
writeQueues()
writeEnded(now)

local leftOver = countRunning(session)
if leftOver == 0 then
  call('DEL', running)
  call('ZREM', SESSIONS, session)
  local node = nodeOf(session)
  if call('HGET', EPOCHS, node) == string.match(session, '%d+$') then
    call('ZADD', GONE, now, node)
  end
  call('HINCRBY', META, 'registry', 1)
else
  call('ZADD', running, -2, FIRST_MEMBER)
end
return tellPutBack({ 'ok', leftOver })
