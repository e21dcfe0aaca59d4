-- Accepts the ends of attempts from their holders: STARTED → SUCCESS or FAILURE.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    "id token state how started(ms)", a line per end; then of each: result or error (JSON)
-- Returns { ended tasks kept in this shard, then the numbers, from 1, of the ends that are
--         stale }; the others are accepted, now or, the answer having been lost, before
local now = ' ' .. digits(readClock()) .. ' '
local answer = { 0 }
-- What is written at the end, once for all: ids and texts, session → ids,
-- state → seqs and ids, ids, ids; and id → the token its end was accepted under, or false.
local written, removed, indexes, letGo, order, settled = {}, {}, {}, {}, {}, {}

local function listOf(lists, name)
  local list = lists[name] or {}
  lists[name] = list
  return list
end

-- Whether tasks are counted whose text is gone (deleted by hand). One question for all,
-- as to ask for each took a tenth of Redis's time for a task. (One text more, written by
-- hand, would hide one that is gone; then a task without text ends.)
local counted = 0
for _, count in ipairs(call('HMGET', COUNTS, unpack(TASK_STATES))) do counted = counted + (count or 0) end
local mayBeGone = call('HLEN', TASKS) ~= counted

-- Whether the task has ended by this very attempt.
local function endedBy(id, token)
  local ending = call('HGET', ENDS, id)
  return ending and string.match(ending, '^%u+ %d+ %S+ %d+ (%d+)') == token
end

local ids, tokens, states, hows = {}, {}, {}, {}
for id, token, state, how in string.gmatch(ARGV[1], '([^ ]+) ([^ ]+) ([^ ]+) ([^\n]+)\n') do
  local i = #ids + 1
  ids[i], tokens[i], states[i], hows[i] = id, token, state, how
end
if #ids ~= #ARGV - 1 then error('as many lines as bodies are expected') end
local holders = call('HMGET', HOLDERS, unpack(ids))

for i, id in ipairs(ids) do
  local token, state = tokens[i], states[i]
  local held, seq, session = parseHolder(holders[i])
  if held == token and settled[id] == nil then
    settled[id] = false
    letGo[#letGo + 1] = id
    local left = listOf(removed, session)
    left[#left + 1] = id
    if not mayBeGone or call('HEXISTS', TASKS, id) == 1 then
      local index, at = listOf(indexes, state), #order * 2
      local last = #index
      written[at + 1] = id
      written[at + 2] = state .. now .. hows[i] .. ' ' .. holders[i] .. '\n' .. ARGV[i + 1]
      index[last + 1], index[last + 2] = seq, id
      order[#order + 1] = id
      settled[id] = token
    end
  end
  if settled[id] ~= token and (settled[id] ~= nil or not endedBy(id, token)) then
    -- Another attempt has begun since, or this one was taken back, or the task is gone.
    answer[#answer + 1] = i
  end
end

if #letGo > 0 then
  call('HDEL', HOLDERS, unpack(letGo))
  call('HINCRBY', COUNTS, 'STARTED', -#letGo)
end
if #order > 0 then
  call('HSET', ENDS, unpack(written))
  call('RPUSH', ENDED, unpack(order))
end
for session, left in pairs(removed) do call('ZREM', runningKey(session), unpack(left)) end
for state, index in pairs(indexes) do
  call('ZADD', endedKey(state), unpack(index))
  call('HINCRBY', COUNTS, state, #index / 2)
end
if #answer > 1 then call('HINCRBY', COUNTS, 'stale', #answer - 1) end
answer[1] = call('LLEN', ENDED)
return answer
