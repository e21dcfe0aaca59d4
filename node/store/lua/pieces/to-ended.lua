-- SUCCESS, FAILURE, CANCELLED, EXPIRED: the tasks that have ended. Their entries in the ends,
-- in the indexes by state and in the order in which tasks are discarded are written here alone.

local function kindOf(state) return state == 'SUCCESS' and 'successes' or 'failures' end

-- Bytes of all that is kept of a task.
local function sizeOf(id)
  return call('HSTRLEN', TASKS, id) + call('HSTRLEN', ENDS, id) + call('HSTRLEN', PAST, id)
end

-- Ids and texts; state → seqs and ids; kind → its size, ids that ended together and the size of these, and
-- times and names of those that say how long they are to be kept.
local endedTexts, endedIndexes, endedKinds = {}, {}, {}

-- To an ended state, at the time `now` (text). `how` is what ended it, as ENDS has it after the
-- time: a blank, how the attempt ended, when it started, and the attempt as the holders have
-- it; or nothing. `body`: result or error (JSON). `head`: its head, or seq and keep of it, and
-- what noteEnded needs. `size`: of its text and its past, if that is known.
local function toEnded(id, head, state, now, how, body, size)
  noteEnded(id, head, state)
  local keep = head.keep
  local name, text = kindOf(state), state .. ' ' .. now .. how .. '\n' .. body
  local index, kind = endedIndexes[state], endedKinds[name]
  if not index then index = {} endedIndexes[state] = index end
  if not kind then kind = { size = 0, ids = {}, idsSize = 0, own = {} } endedKinds[name] = kind end
  local count, last = #endedTexts, #index
  endedTexts[count + 1], endedTexts[count + 2] = id, text
  index[last + 1], index[last + 2] = head.seq, id
  size = #text + (size or call('HSTRLEN', TASKS, id) + call('HSTRLEN', PAST, id))
  kind.size = kind.size + size
  if keep > 0 then
    local own = #kind.own
    kind.own[own + 1], kind.own[own + 2] = digits(now + keep), now .. ' ' .. id
  else
    kind.ids[#kind.ids + 1], kind.idsSize = id, kind.idsSize + size
  end
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
  if #endedTexts == 0 then return end
  call('HSET', ENDS, unpack(endedTexts))
  for state, index in pairs(endedIndexes) do call('ZADD', endedKey(state), unpack(index)) end
  noteFailed(now, endedIndexes.FAILURE)
  for name, kind in pairs(endedKinds) do
    call('HINCRBY', META, name, digits(kind.size))
    if #kind.own > 0 then call('ZADD', ownKey(name), unpack(kind.own)) end
    -- Those that end together stand in the order as one.
    local ids, size = kind.ids, digits(kind.idsSize)
    if #ids > 0 then call('ZADD', orderKey(name), now, table.concat(ids, ' ') .. ' ' .. size) end
  end
end
