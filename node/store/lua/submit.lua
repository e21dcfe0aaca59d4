-- Accepts new tasks: nothing → PENDING.
-- ARGV    per task: id, route, priority, payload (JSON)
-- Returns per task: its creation number,
--         or -1 where ROUTES_MAX routes have work already and its is not one of them,
--         or the fields of the task that has the id (flat list), unchanged
local now = readClock()
local last = tonumber(call('HGET', META, 'seq') or 0)
local seq = math.max(last, (now - SEQ_EPOCH_MS) * SEQ_PER_MS - 1)
local routes = call('ZCARD', READY)
local queues, answers, accepted = {}, {}, 0

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

for i = 1, #ARGV, 4 do
  local id, route, priority, payload = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local task = taskKey(id)
  if call('EXISTS', task) == 1 then
    answers[#answers + 1] = call('HGETALL', task)
  else
    local queue = queueOf(route)
    if queue then
      seq = seq + 1
      local rank = (PRIORITY_MAX - priority) * SEQ_SPAN + seq
      call('HSET', task, 'route', route, 'rank', rank, 'payload', payload, 'state', 'PENDING', 'at', now)
      queue[#queue + 1] = rank
      queue[#queue + 1] = id
      accepted = accepted + 1
      answers[#answers + 1] = seq
    else
      answers[#answers + 1] = -1
    end
  end
end

if accepted > 0 then
  for route, queue in pairs(queues) do
    if #queue > 0 then call('ZADD', queueKey(route), unpack(queue)) end
  end
  call('HSET', META, 'seq', seq)
  call('HINCRBY', COUNTS, 'PENDING', accepted)
  call('HINCRBY', COUNTS, 'accepted', accepted)
end
return answers
