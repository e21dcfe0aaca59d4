-- Ends another session's lease and puts its tasks back: lose. If for the LOSSES_ALONE_MAX-th
-- time the node ran nothing but this task, in a process of its own, the task ends: giveUpLost.
-- The session's name holds its epoch, so a newer session of the node is never affected.
-- ARGV    session, when (expired: only if its lease has expired | silent: only if its last
--         renewal is SILENT_LEASE_MS old | now), limit (tasks), whether its node has lost
--         tasks in other shards (1 | 0; '' if nobody has looked yet), the node that asks, what
--         it and others saw (JSON), and, except for now, the end of the lease (ms) that was
--         seen: a different one shows a renewal since
-- Returns { 'renewed' } if that condition does not hold, and the lease was not revoked before,
--         { 'suspect', when the node's life began (ms) } if it matters what was lost in other
--         shards and nobody has looked: the lease is taken, and nothing put back yet,
--         else { 'ok', or 'taken' if this call took the lease, or 'no_death' if the session is over
--         and nobody is known to have taken it, tasks left to put back, then per route with tasks
--         put back: route, tasks, lowest rank }
local session, when, limit, elsewhere = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local now = readClock()
local lease = call('ZSCORE', SESSIONS, session)
local by, saw = ARGV[5], ARGV[6]
if not lease or tonumber(lease) == 0 then addSighting(session, by, saw) end
if not lease then return { deathOf(session) == 'goodbye' and 'no_death' or 'ok', 0 } end
lease = tonumber(lease)
if when ~= 'now' and lease > 0 then
  local left = when == 'silent' and LEASE_TTL_MS - SILENT_LEASE_MS or 0
  if lease ~= tonumber(ARGV[7]) or lease > now + left then return { 'renewed' } end
end
local answer = lease > 0 and 'taken' or 'ok'
if lease > 0 then
  noteDeath(session, lease, now, when, by, saw)
  takeLease(session, when)
  noteNode('dead', session)
end
call('HSET', META, 'lost', now)

local why, taker = deathOf(session)
local how = when == 'expired' and 'lease-lost' or 'revoked'
local node, own = string.match(session, '^(.*):(%d+)$')
local running = runningKey(session)
local ids = call('ZRANGEBYSCORE', running, 0, '+inf', 'LIMIT', 0, limit)
-- The one task that this life has lost in the shard, if it has often lost its node
-- before.
local epoch, life, lostHere = lostBy(node)
local only = epoch == own and lostHere == '1' and ids[1] and parseHead(call('HGET', TASKS, ids[1]) or '')
local isSuspect = only and tonumber(only.losses) >= LOSSES_SHARED_MAX
if isSuspect and elsewhere == '' then
  writeEvents(now)
  return { 'suspect', life }
end
local alone = isSuspect and elsewhere == '0'
for _, id in ipairs(ids) do
  if isStepFull() then break end
  local held = call('HGET', HOLDERS, id)
  local _, _, holder = parseHolder(held)
  local text = holder == session and takeText(id)
  -- Left behind by a task that was deleted by hand? Whoever has the id now keeps it.
  if holder == session then leaveStarted(id, session, text and parseHead(text).route) else leaveRunning(id, session) end
  if text and isCancelled(id) then
    cancelAttempt(id, text, held, now, lostAs(held, how, taker, why), 1)
  elseif text then
    local task, lostAlone = recordAttempt(id, text, held, now, lostAs(held, how, taker, why), 0, 1, alone)
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
  call('DEL', running, marksKey(session))
  call('ZREM', SESSIONS, session)
  if call('HGET', EPOCHS, node) == own then
    call('ZADD', GONE, now, node)
  end
  call('HINCRBY', META, 'registry', 1)
end
writeEvents(now)
return tellWaiting({ answer, leftOver })
