-- Gives waiting tasks to a session: PENDING → STARTED, lowest rank first across
-- the routes asked for.
-- ARGV    session, generation, limit (tasks), route …
-- Returns { 'no_lease' } where the session's lease has run out or was revoked,
--         { 'stale_generation' } where the store has restarted since the node opened,
--         else { 'ok', waiting tasks left on these routes, now (ms), token of the first
--         task (those of the others follow it), then per task: id, about, payload,
--         tries or '' }
local session, generation, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = readClock()
local lease = call('ZSCORE', SESSIONS, session)
if not lease or tonumber(lease) <= now then return { 'no_lease' } end
local meta = call('HMGET', META, 'gen', 'token')
if meta[1] ~= generation then return { 'stale_generation' } end

-- The head of each queue: ids, `at` the next one's place. Where there are several
-- queues, their ranks lie between the ids.
local heads, several = {}, #ARGV > 4
local step, withScores = several and 2 or 1, several and { 'WITHSCORES' } or {}
for i = 4, #ARGV do
  local list = call('ZRANGE', queueKey(ARGV[i]), 0, limit - 1, unpack(withScores))
  heads[#heads + 1] = { route = ARGV[i], list = list, at = 1 }
end
local function lowest()
  if not several then return heads[1].list[heads[1].at] and heads[1] end
  local best, bestRank
  for _, head in ipairs(heads) do
    local rank = tonumber(head.list[head.at + 1])
    if rank and (not best or rank < bestRank) then best, bestRank = head, rank end
  end
  return best
end

-- Choose: reads only. A task whose fields are gone (deleted by hand, or evicted) is
-- dropped from its queue and nothing else: there is nothing to run.
local token = tonumber(meta[2] or 0)
local claimed, holder = ' ' .. digits(now) .. ' ', ' ' .. session
local answer, running, holders = { 'ok', 0, now, token + 1 }, {}, {}
local taken, bytes = 0, 0
while taken < limit do
  local head = lowest()
  if not head then break end
  local id = head.list[head.at]
  local fields = call('HMGET', taskKey(id), 'about', 'payload', 'tries')
  local about, payload, tries = fields[1], fields[2], fields[3]
  if about and payload then
    bytes = bytes + #payload
    if bytes > CLAIM_BATCH_BYTES_MAX and taken > 0 then break end
    taken = taken + 1
    local attempt = (tries and string.match(tries, '^%d+') or 0) + 1
    local _, seq = parseAbout(about)
    local at = taken * 2
    running[at - 1], running[at] = seq, id
    holders[at - 1], holders[at] = id, digits(token + taken) .. ' ' .. attempt .. claimed .. seq .. holder
    at = taken * 4
    answer[at + 1], answer[at + 2], answer[at + 3], answer[at + 4] = id, about, payload, tries or ''
  end
  head.at = head.at + step
end

-- Write: the tokens first, so that none is ever given twice.
if taken > 0 then
  call('HSET', META, 'token', digits(token + taken))
  call('HSET', HOLDERS, unpack(holders))
  call('ZADD', runningKey(session), unpack(running))
  call('HINCRBY', COUNTS, 'STARTED', taken)
  call('HINCRBY', COUNTS, 'attempts', taken)
end
local left, removed = 0, 0
for _, head in ipairs(heads) do
  local queue, gone = queueKey(head.route), (head.at - 1) / step
  if gone > 0 then call('ZREMRANGEBYRANK', queue, 0, gone - 1) end
  removed = removed + gone
  local waiting = call('ZCARD', queue)
  if waiting == 0 then call('ZREM', READY, head.route) end
  left = left + waiting
end
if removed > 0 then call('HINCRBY', COUNTS, 'PENDING', -removed) end
answer[2] = left
return answer
