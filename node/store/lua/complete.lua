-- Accepts the ends of attempts from their holders: STARTED → SUCCESS or FAILURE.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    "id token state how started(ms)", a line per end; then of each: result or error (JSON)
-- Returns { ended tasks kept in this shard, then the numbers, from 1, of the ends that are
--         stale }; the others are accepted, now or, the answer having been lost, before
local now = ' ' .. digits(readClock()) .. ' '
local answer = { 0 }
-- What is written at the end, once for all: ids and texts, session → ids,
-- state → seqs and ids, ids, ids.
local written, removed, indexes, letGo, order = {}, {}, {}, {}, {}
local ids, seen, ended = {}, {}, {}

local function add(lists, name, value)
  local list = lists[name] or {}
  lists[name] = list
  list[#list + 1] = value
end

-- Whether the task has ended by this very attempt.
local function endedBy(id, token)
  local ending = call('HGET', ENDS, id)
  return ending and string.match(ending, '^%u+ %d+ %S+ %d+ (%d+)') == token
end

local tokens, states, hows = {}, {}, {}
for id, token, state, how in string.gmatch(ARGV[1], '([^ ]+) ([^ ]+) ([^ ]+) ([^\n]+)\n') do
  local i = #ids + 1
  ids[i], tokens[i], states[i], hows[i] = id, token, state, how
end
if #ids ~= #ARGV - 1 then error('as many lines as bodies are expected') end
local holders = call('HMGET', HOLDERS, unpack(ids))

for i, id in ipairs(ids) do
  local token, state = tokens[i], states[i]
  local held, seq, session = parseHolder(holders[i])
  if held == token and not seen[id] then
    seen[id] = true
    letGo[#letGo + 1] = id
    add(removed, session, id)
    -- It may be gone, deleted by hand.
    if call('HEXISTS', TASKS, id) == 1 then
      written[#written + 1] = id
      written[#written + 1] = state .. now .. hows[i] .. ' ' .. holders[i] .. '\n' .. ARGV[i + 1]
      add(indexes, state, seq)
      add(indexes, state, id)
      order[#order + 1] = id
      ended[id] = token
    end
  end
  if ended[id] ~= token and (seen[id] or not endedBy(id, token)) then
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
for session, gone in pairs(removed) do call('ZREM', runningKey(session), unpack(gone)) end
for state, index in pairs(indexes) do
  call('ZADD', endedKey(state), unpack(index))
  call('HINCRBY', COUNTS, state, #index / 2)
end
if #answer > 1 then call('HINCRBY', COUNTS, 'stale', #answer - 1) end
answer[1] = call('LLEN', ENDED)
return answer
