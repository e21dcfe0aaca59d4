-- SUCCESS, FAILURE, CANCELLED, EXPIRED: the tasks that have ended. Their entries in the ends,
-- in the indexes by state and in the order in which tasks are discarded are written here alone.

local function kindOf(state) return state == 'SUCCESS' and 'successes' or 'failures' end

-- Bytes of all that is kept of a task.
local function sizeOf(id)
  return call('HSTRLEN', TASKS, id) + call('HSTRLEN', ENDS, id) + call('HSTRLEN', PAST, id)
end

-- Ids and texts; state → what is written of the tasks that end in it; kind → its size, ids that ended
-- together and the size of these, and times and names of those that say how long they are to be
-- kept. `n`: the length of a list (Lua would search for its end).
local endedTexts, endedStates, endedKinds = { n = 0 }, {}, {}

-- What is written of the tasks that end in this state: seqs and ids, and what their kind has.
local function endingIn(state)
  local ending, name = endedStates[state], kindOf(state)
  if not ending then
    local kind = endedKinds[name] or { size = 0, ids = {}, n = 0, idsSize = 0, own = {} }
    ending = { n = 0, index = {}, kind = kind }
    endedStates[state], endedKinds[name] = ending, kind
  end
  return ending
end

-- To an ended state, `to`, at the time `now` (text). `things`: those of its line among the events.
-- `keep`: for how long it is to be kept (ms), or 0. `text`: its end in ENDS. `size`: of text and past.
local function putEnded(to, id, seq, things, now, text, size, keep)
  things[#things + 1] = id
  local count, last, kind = endedTexts.n + 2, to.n + 2, to.kind
  endedTexts.n, endedTexts[count - 1], endedTexts[count] = count, id, text
  to.n, to.index[last - 1], to.index[last] = last, seq, id
  size = size + #text
  kind.size = kind.size + size
  if keep > 0 then
    local own = #kind.own
    kind.own[own + 1], kind.own[own + 2] = digits(now + keep), now .. ' ' .. id
  else
    local number = kind.n + 1
    kind.n, kind.ids[number], kind.idsSize = number, id, kind.idsSize + size
  end
end

-- The same, from a task's `head`, with what setOver keeps. `how`: what ended it, which is a blank, how
-- the attempt ended, when it started, and the attempt as the holders have it; or nothing. `body`:
-- result or error (JSON).
local function toEnded(id, head, state, now, how, body)
  local size = call('HSTRLEN', TASKS, id) + call('HSTRLEN', PAST, id)
  local text = state .. ' ' .. now .. how .. '\n' .. body
  putEnded(endingIn(state), id, head.seq, thingsOfEnd(head, state), now, text, size, head.keep)
end

-- Failures are also kept in the order in which they ended: the newest are asked for their
-- reasons (failures.lua).
local function noteFailed(now, index)
  local times = {}
  for i = 1, #index, 2 do times[i], times[i + 1] = now, index[i + 1] end
  call('ZADD', FAILED, unpack(times))
end

-- To be called once a script, when all tasks that end have ended.
local function writeEnded(now)
  if endedTexts.n == 0 then return end
  call('HSET', ENDS, unpack(endedTexts))
  for state, ending in pairs(endedStates) do
    call('ZADD', endedKey(state), unpack(ending.index))
    if state == 'FAILURE' then noteFailed(now, ending.index) end
  end
  for name, kind in pairs(endedKinds) do
    call('HINCRBY', META, name, digits(kind.size))
    if #kind.own > 0 then call('ZADD', ownKey(name), unpack(kind.own)) end
    -- Those that end together stand in the order as one.
    local ids, size = kind.ids, digits(kind.idsSize)
    if kind.n > 0 then call('ZADD', orderKey(name), now, table.concat(ids, ' ') .. ' ' .. size) end
  end
end
