-- Gives waiting tasks to a session: PENDING → STARTED, lowest rank first across
-- the routes asked for.
-- ARGV    session, generation, limit (tasks), route …
-- Returns { 'no_lease' } where the session's lease has run out or was revoked,
--         { 'stale_generation' } where the store has restarted since the node opened,
--         else { 'ok', waiting tasks left on these routes, now (ms), then per task:
--         id, route, rank, payload, token, attempt, created (ms), crashes }
local session, generation, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = readClock()
local lease = call('ZSCORE', SESSIONS, session)
if not lease or tonumber(lease) <= now then return { 'no_lease' } end
local meta = call('HMGET', META, 'gen', 'token')
if meta[1] ~= generation then return { 'stale_generation' } end

-- The head of each queue: ids and ranks in turn, `at` the next one's place.
local heads = {}
for i = 4, #ARGV do
  local head = call('ZRANGE', queueKey(ARGV[i]), 0, limit - 1, 'WITHSCORES')
  heads[#heads + 1] = { route = ARGV[i], list = head, at = 1 }
end
local function lowest()
  local best, bestRank
  for _, head in ipairs(heads) do
    local rank = tonumber(head.list[head.at + 1])
    if rank and (not best or rank < bestRank) then best, bestRank = head, rank end
  end
  return best, bestRank
end

-- Choose: reads only. A task whose fields are gone (deleted by hand, or evicted) is
-- dropped from its queue and nothing else: there is nothing to run.
local taken, bytes = {}, 0
while #taken < limit do
  local head, rank = lowest()
  if not head then break end
  local id = head.list[head.at]
  local fields = call('HMGET', taskKey(id), 'payload', 'at', 'run', 'crashes')
  if fields[1] then
    bytes = bytes + #fields[1]
    if bytes > CLAIM_BATCH_BYTES_MAX and #taken > 0 then break end
    taken[#taken + 1] = { id = id, route = head.route, rank = rank, fields = fields }
  end
  head.at = head.at + 2
end

-- Write: the tokens first, so that none is ever given twice.
local token = tonumber(meta[2] or 0)
if #taken > 0 then call('HSET', META, 'token', digits(token + #taken)) end
local left, removed = 0, 0
for _, head in ipairs(heads) do
  local queue, gone = queueKey(head.route), (head.at - 1) / 2
  if gone > 0 then call('ZREMRANGEBYRANK', queue, 0, gone - 1) end
  removed = removed + gone
  local waiting = call('ZCARD', queue)
  if waiting == 0 then call('ZREM', READY, head.route) end
  left = left + waiting
end

local answer, running = { 'ok', left, now }, {}
for i, task in ipairs(taken) do
  local payload, at, run, crashes = unpack(task.fields)
  local attempt = (run and string.match(run, '^%d+ (%d+)') or 0) + 1
  local held = string.format('%.0f %d %.0f %s', token + i, attempt, now, session)
  call('HSET', taskKey(task.id), 'state', 'STARTED', 'run', held)
  running[#running + 1] = task.rank % SEQ_SPAN
  running[#running + 1] = task.id
  for _, value in ipairs({ task.id, task.route, task.rank, payload, token + i, attempt, at, crashes or '0' }) do
    answer[#answer + 1] = value
  end
end
if removed > 0 then call('HINCRBY', COUNTS, 'PENDING', -removed) end
if #taken > 0 then
  call('ZADD', runningKey(session), unpack(running))
  call('HINCRBY', COUNTS, 'STARTED', #taken)
  call('HINCRBY', COUNTS, 'attempts', #taken)
end
return answer
