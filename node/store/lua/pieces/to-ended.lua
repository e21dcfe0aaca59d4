-- SUCCESS, FAILURE, CANCELLED, EXPIRED: the tasks that have ended. Their entries in the ends,
-- in the indexes by state and in the order in which tasks are discarded are written here alone.

local function kindOf(state) return state == 'SUCCESS' and 'successes' or 'failures' end

-- Bytes of all that is kept of a task.
local function sizeOf(id)
  return call('HSTRLEN', TASKS, id) + call('HSTRLEN', ENDS, id) + call('HSTRLEN', PAST, id)
end

-- Ids and texts; state → seqs and ids; kind → its size, ids that ended together and the size of these, and
-- times and names of those that say how long they are to be kept. `n`: how long a list is (Lua would
-- search for its end).
local endedTexts, endedIndexes, endedKinds = { n = 0 }, {}, {}

-- To an ended state, at the time `now` (text). `head`: its head, or seq and keep of it, and
-- what noteEnded needs. `ending`: as ENDS has it. `size`: of its text and its past, if that is known.
local function putEnded(id, head, state, now, ending, size)
  noteEnded(id, head, state)
  local keep = head.keep
  local name = kindOf(state)
  local index, kind = endedIndexes[state], endedKinds[name]
  if not index then index = { n = 0 } endedIndexes[state] = index end
  if not kind then kind = { size = 0, ids = {}, n = 0, idsSize = 0, own = {} } endedKinds[name] = kind end
  local count, last = endedTexts.n + 2, index.n + 2
  endedTexts.n, endedTexts[count - 1], endedTexts[count] = count, id, ending
  index.n, index[last - 1], index[last] = last, head.seq, id
  size = #ending + (size or call('HSTRLEN', TASKS, id) + call('HSTRLEN', PAST, id))
  kind.size = kind.size + size
  if keep > 0 then
    local own = #kind.own
    kind.own[own + 1], kind.own[own + 2] = digits(now + keep), now .. ' ' .. id
  else
    local number = kind.n + 1
    kind.n, kind.ids[number], kind.idsSize = number, id, kind.idsSize + size
  end
end

-- The same; `how` is what ended it: a blank, how the attempt ended, when it started, and the
-- attempt as the holders have it; or nothing. `body`: result or error (JSON).
local function toEnded(id, head, state, now, how, body)
  putEnded(id, head, state, now, state .. ' ' .. now .. how .. '\n' .. body)
end

-- Failures are also kept in the order in which they ended: the newest are asked for their
-- reasons (failures.lua).
local function noteFailed(now, index)
  local times = {}
  for i = 1, index and #index or 0, 2 do times[i], times[i + 1] = now, index[i + 1] end
  if index then call('ZADD', FAILED, unpack(times)) end
end

-- Once a script, with all tasks that have ended.
local function writeEnded(now)
  if endedTexts.n == 0 then return end
  call('HSET', ENDS, unpack(endedTexts))
  for state, index in pairs(endedIndexes) do call('ZADD', endedKey(state), unpack(index)) end
  noteFailed(now, endedIndexes.FAILURE)
  for name, kind in pairs(endedKinds) do
    call('HINCRBY', META, name, digits(kind.size))
    if #kind.own > 0 then call('ZADD', ownKey(name), unpack(kind.own)) end
    -- Those that end together stand in the order as one.
    local ids, size = kind.ids, digits(kind.idsSize)
    if kind.n > 0 then call('ZADD', orderKey(name), now, table.concat(ids, ' ') .. ' ' .. size) end
  end
end
