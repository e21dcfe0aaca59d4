-- Accepts the ends of attempts from their holders: STARTED → SUCCESS or FAILURE.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    per end: id, token, state, how, started (ms), result or error (JSON)
-- Returns { ended tasks kept in this shard, then per end: 1 accepted (now or, the
--         answer having been lost, before), 0 stale }
local now = readClock()
local endedAt = ' ' .. digits(now)
local removed, indexes, order, stale = {}, {}, {}, 0
local answers = { 0 }

for i = 1, #ARGV, 6 do
  local id, token, state, how = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local task = taskKey(id)
  local fields = call('HMGET', task, 'run', 'state', 'rank')
  local held, session = holderOf(fields[1])
  if held ~= token then
    -- Another attempt has begun since, or this one was taken back.
    stale = stale + 1
    answers[#answers + 1] = 0
  else
    answers[#answers + 1] = 1
    if fields[2] == 'STARTED' then
      local body = state == 'SUCCESS' and 'result' or 'error'
      call('HSET', task, 'state', state, 'end', how .. ' ' .. ARGV[i + 4] .. endedAt, body, ARGV[i + 5])
      local gone = removed[session] or {}
      removed[session] = gone
      gone[#gone + 1] = id
      local index = indexes[state] or {}
      indexes[state] = index
      index[#index + 1] = fields[3] % SEQ_SPAN
      index[#index + 1] = id
      order[#order + 1] = id
    end
  end
end

for session, ids in pairs(removed) do call('ZREM', runningKey(session), unpack(ids)) end
for state, index in pairs(indexes) do
  call('ZADD', endedKey(state), unpack(index))
  call('HINCRBY', COUNTS, state, #index / 2)
end
if #order > 0 then
  call('RPUSH', ENDED, unpack(order))
  call('HINCRBY', COUNTS, 'STARTED', -#order)
end
if stale > 0 then call('HINCRBY', COUNTS, 'stale', stale) end
answers[1] = call('LLEN', ENDED)
return answers
