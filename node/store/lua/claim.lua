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

local answer, running, token, bytes = { 'ok', 0, now }, {}, tonumber(meta[2] or 0), 0
while #running / 2 < limit do
  local head, rank = lowest()
  if not head then break end
  local id = head.list[head.at]
  local task = taskKey(id)
  local fields = call('HMGET', task, 'payload', 'at', 'run', 'crashes')
  bytes = bytes + #fields[1]
  if bytes > CLAIM_BATCH_BYTES_MAX and #running > 0 then break end
  head.at = head.at + 2
  token = token + 1
  local attempt = (fields[3] and string.match(fields[3], '^%d+ (%d+)') or 0) + 1
  call('HSET', task, 'state', 'STARTED', 'run', string.format('%.0f %d %.0f %s', token, attempt, now, session))
  running[#running + 1] = rank % SEQ_SPAN
  running[#running + 1] = id
  for _, value in ipairs({ id, head.route, rank, fields[1], token, attempt, fields[2], fields[4] or '0' }) do
    answer[#answer + 1] = value
  end
end

local left = 0
for _, head in ipairs(heads) do
  local queue = queueKey(head.route)
  if head.at > 1 then call('ZREMRANGEBYRANK', queue, 0, (head.at - 1) / 2 - 1) end
  local waiting = call('ZCARD', queue)
  if waiting == 0 then call('ZREM', READY, head.route) end
  left = left + waiting
end
answer[2] = left
local claimed = #running / 2
if claimed > 0 then
  call('ZADD', runningKey(session), unpack(running))
  call('HSET', META, 'token', digits(token))
  call('HINCRBY', COUNTS, 'PENDING', -claimed)
  call('HINCRBY', COUNTS, 'STARTED', claimed)
  call('HINCRBY', COUNTS, 'attempts', claimed)
end
return answer
