-- Accepts new tasks: nothing → PENDING.
-- ARGV    per task: id, route, priority, payload (JSON)
-- Returns per task: its creation number,
--         or -1 where ROUTES_MAX routes have work already and its is not one of them,
--         or, unchanged, what readTask tells of the task that has the id
local now = readClock()
local created = ' ' .. digits(now) .. ' 0 0 0 '
local seq = seqAfter(tonumber(call('HGET', META, 'seq') or 0), now) - 1
local routes = call('ZCARD', READY)
local queues, answers, accepted, written, leftover = {}, {}, 0, {}, {}

local function queueOf(route)
  if queues[route] then return queues[route] end
  if not call('ZSCORE', READY, route) then
    if routes >= ROUTES_MAX then return nil end
    routes = routes + 1
    call('ZADD', READY, 0, route)
  end
  queues[route] = {}
  return queues[route]
end

-- One question for all: mostly every id is new, and nothing is left of a former task
-- (deleted by hand) that had it. Those of this batch are told apart here.
local ids, seen, again = {}, {}, {}
for i = 1, #ARGV, 4 do ids[#ids + 1] = ARGV[i] end
local texts = call('HMGET', TASKS, unpack(ids))
local ends = call('HMGET', ENDS, unpack(ids))

for i, text in ipairs(texts) do
  local at = i * 4 - 3
  local id, route, priority, payload = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if seen[id] or text then
    again[#again + 1] = i
  else
    local queue = queueOf(route)
    if queue then
      seq = seq + 1
      if ends[i] then leftover[#leftover + 1] = id end
      written[#written + 1] = id
      written[#written + 1] = priority .. ' ' .. digits(seq) .. created .. route .. '\n' .. payload
      queue[#queue + 1] = digits(rankOf(priority, seq))
      queue[#queue + 1] = id
      seen[id] = true
      accepted = accepted + 1
      answers[i] = seq
    else
      answers[i] = -1
    end
  end
end

if accepted > 0 then
  if #leftover > 0 then
    for _, hash in ipairs({ ENDS, PAST }) do call('HDEL', hash, unpack(leftover)) end
    -- Else the new one would be forgotten when the former one's time is over.
    for _, id in ipairs(leftover) do
      call('LREM', ENDED, 1, id)
      for _, state in ipairs(ENDED_STATES) do
        if call('ZREM', endedKey(state), id) == 1 then call('HINCRBY', COUNTS, state, -1) end
      end
    end
  end
  call('HSET', TASKS, unpack(written))
  for route, queue in pairs(queues) do
    if #queue > 0 then call('ZADD', queueKey(route), unpack(queue)) end
  end
  call('HSET', META, 'seq', digits(seq))
  call('HINCRBY', COUNTS, 'PENDING', accepted)
  call('HINCRBY', COUNTS, 'accepted', accepted)
end
for _, i in ipairs(again) do answers[i] = readTask(ARGV[i * 4 - 3]) end
return answers
