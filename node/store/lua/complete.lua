-- Accepts the ends of attempts from their holders: STARTED → SUCCESS or FAILURE.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    per end: id, token, state, "how started(ms)", result or error (JSON)
-- Returns { ended tasks kept in this shard, then per end: 1 accepted (now or, the
--         answer having been lost, before), 0 stale }
local now = ' ' .. digits(readClock()) .. ' '
local answers, stale = { 0 }, 0
-- What is written at the end, once for all: keys and texts, session → ids,
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
  local ending = call('GETRANGE', endKey(id), 0, 127)
  return string.match(ending, '^%u+ %d+ %S+ %d+ (%d+)') == token
end

for i = 1, #ARGV, 5 do ids[#ids + 1] = ARGV[i] end
local holders = call('HMGET', HOLDERS, unpack(ids))
local tasks = {}
for i, id in ipairs(ids) do tasks[i] = taskKey(id) end
-- A task may be gone, deleted by hand or evicted. One question for all: mostly none are.
local allThere = call('EXISTS', unpack(tasks)) == #tasks

for i, id in ipairs(ids) do
  local at = i * 5 - 4
  local token, state = ARGV[at + 1], ARGV[at + 2]
  local held, seq, session = parseHolder(holders[i])
  if held == token and not seen[id] then
    seen[id] = true
    letGo[#letGo + 1] = id
    add(removed, session, id)
    if allThere or call('EXISTS', tasks[i]) == 1 then
      written[#written + 1] = endKey(id)
      written[#written + 1] = state .. now .. ARGV[at + 3] .. ' ' .. holders[i] .. '\n' .. ARGV[at + 4]
      add(indexes, state, seq)
      add(indexes, state, id)
      order[#order + 1] = id
      ended[id] = token
    end
  end
  if ended[id] == token or not seen[id] and endedBy(id, token) then
    answers[i + 1] = 1
  else
    -- Another attempt has begun since, or this one was taken back, or the task is gone.
    stale = stale + 1
    answers[i + 1] = 0
  end
end

if #letGo > 0 then
  call('HDEL', HOLDERS, unpack(letGo))
  call('HINCRBY', COUNTS, 'STARTED', -#letGo)
end
if #order > 0 then
  call('MSET', unpack(written))
  call('RPUSH', ENDED, unpack(order))
end
for session, gone in pairs(removed) do call('ZREM', runningKey(session), unpack(gone)) end
for state, index in pairs(indexes) do
  call('ZADD', endedKey(state), unpack(index))
  call('HINCRBY', COUNTS, state, #index / 2)
end
if stale > 0 then call('HINCRBY', COUNTS, 'stale', stale) end
answers[1] = call('LLEN', ENDED)
return answers
