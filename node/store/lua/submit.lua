-- Accepts new tasks: nothing → PENDING. Where the session of the node that brings them
-- can have all of them, and no task waits before them on their routes, they are its own
-- at once, as by a claim: nothing → STARTED.
-- ARGV    session or '', its generation, those of the routes that no node serves (each
--         between blanks) or '', number of shards by which the tasks are this shard's; then
--         per task: id, route, priority, payload (JSON)
-- Returns 'unsettled' if the shard does not have that number, else
--         { now (ms), token of the first task that is the session's (those of the others
--         follow it), or 0 where none is, then per task: its creation number,
--         or -1 where ROUTES_MAX served routes have work already and its is not one of them,
--         or -2 where UNSERVED_ROUTES_MAX others have, and its is neither served nor one of these,
--         or, unchanged, what readTask tells of the task that has the id }
local session, unserved, now = ARGV[1], ARGV[3], readClock()
local created, claimed = ' ' .. digits(now) .. ' 0 ', ' 1 ' .. digits(now) .. ' '
local meta = call('HMGET', META, 'seq', 'gen', 'token', 'shards')
if meta[4] ~= ARGV[4] then return 'unsettled' end
local seq = math.max(tonumber(meta[1] or 0), (now - SEQ_EPOCH_MS) * SEQ_PER_MS - 1)
local token = tonumber(meta[3] or 0)
local claims = session ~= '' and not refusalOf(session, ARGV[2], meta[2], now)
local queues, answers, accepted = {}, { now, 0 }, 0
local written, holders, running, leftover = {}, {}, {}, {}

-- Whether one of the routes has work already is asked before anything is written.
for at = 6, claims and #ARGV or 0, 4 do
  if not queues[ARGV[at]] and call('ZSCORE', READY, ARGV[at]) then claims = false end
  queues[ARGV[at]] = {}
end
if not claims then queues = {} end

local function isServed(route) return not string.find(unserved, ' ' .. route .. ' ', 1, true) end

-- Nil if there is no place for its route. One that was not served may be by now; where
-- there is no place among the served it stays with the others, and is found there.
local function queueOf(route)
  if not queues[route] then
    local score = call('ZSCORE', READY, route)
    local served = score ~= '0' and isServed(route)
    local placed = (not score or served) and takePlace(route, served, seq + 1)
    if not score and not placed then return nil end
    queues[route] = {}
  end
  return queues[route]
end

-- One question for all: mostly every id is new, and nothing is left of a former task
-- (deleted by hand) that had it. Those of this batch are told apart here.
local ids, seen, again = {}, {}, {}
for i = 5, #ARGV, 4 do ids[#ids + 1] = ARGV[i] end
local texts = call('HMGET', TASKS, unpack(ids))
local ends = call('HMGET', ENDS, unpack(ids))

for i, text in ipairs(texts) do
  local at = i * 4 + 1
  local id, route, priority, rest = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local queue = not seen[id] and not text and queueOf(route)
  if seen[id] or text then
    again[#again + 1] = i
  elseif queue then
    accepted, seq = accepted + 1, seq + 1
    local number, last = digits(seq), accepted * 2
    if ends[i] then leftover[#leftover + 1] = id end
    written[last - 1], written[last] = id, priority .. ' ' .. number .. created .. route .. '\n' .. rest
    if claims then
      holders[last - 1], holders[last] = id, digits(token + accepted) .. claimed .. number .. ' ' .. session
      running[last - 1], running[last] = number, id
    else
      queue[#queue + 1], queue[#queue + 2] = digits(rankOf(priority, seq)), id
    end
    answers[i + 2], seen[id] = seq, true
  else
    answers[i + 2] = isServed(route) and -1 or -2
  end
end

if accepted > 0 then
  if #leftover > 0 then forgetLeftover(leftover) end
  call('HSET', META, 'seq', digits(seq))
  if claims then
    answers[2] = token + 1
    give(session, token + accepted, holders, running)
  end
  call('HSET', TASKS, unpack(written))
  for route, queue in pairs(queues) do
    if #queue > 0 then call('ZADD', queueKey(route), unpack(queue)) end
  end
  call('HINCRBY', COUNTS, 'accepted', accepted)
  if not claims then call('HINCRBY', COUNTS, 'PENDING', accepted) end
end
for _, i in ipairs(again) do answers[i + 2] = readTask(ARGV[i * 4 + 1]) end
return answers
