-- Accepts the ends of attempts from their holders: STARTED → SUCCESS or FAILURE.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    per end: id, token, state, how, started (ms), result or error (JSON)
-- Returns { ended tasks kept in this shard, then per end: 1 accepted (now or, the
--         answer having been lost, before), 0 stale }
local now = readClock()
local removed, ended, expiry, stale = {}, {}, {}, 0
local answers = { 0 }

for i = 1, #ARGV, 6 do
  local id, token, state, how = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local task = taskKey(id)
  local fields = call('HMGET', task, 'token', 'session', 'state', 'rank')
  local session = fields[2]
  if fields[1] ~= token or not session then
    -- Another attempt has begun since, or this one was taken back.
    stale = stale + 1
    answers[#answers + 1] = 0
  else
    answers[#answers + 1] = 1
    if fields[3] == 'STARTED' then
      local body = state == 'SUCCESS' and 'result' or 'error'
      call('HSET', task, 'state', state, 'how', how, 'started', ARGV[i + 4], 'ended', now, body, ARGV[i + 5])
      local gone = removed[session] or {}
      removed[session] = gone
      gone[#gone + 1] = id
      local index = ended[state] or {}
      ended[state] = index
      index[#index + 1] = fields[4] % SEQ_SPAN
      index[#index + 1] = id
      expiry[#expiry + 1] = now + ENDED_KEPT_MS
      expiry[#expiry + 1] = id
    end
  end
end

for session, ids in pairs(removed) do call('ZREM', runningKey(session), unpack(ids)) end
for state, index in pairs(ended) do
  call('ZADD', endedKey(state), unpack(index))
  call('HINCRBY', COUNTS, state, #index / 2)
end
if #expiry > 0 then
  call('ZADD', EXPIRY, unpack(expiry))
  call('HINCRBY', COUNTS, 'STARTED', -#expiry / 2)
end
if stale > 0 then call('HINCRBY', COUNTS, 'stale', stale) end
answers[1] = call('ZCARD', EXPIRY)
return answers
