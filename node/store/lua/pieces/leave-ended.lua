-- From an ended state: a task is reopened or deleted. What the ends, the indexes and the order
-- say about it is removed here alone.

-- Key of an order → when they ended, as text → ids, and the size of each.
local leavingOrder = {}

local function leaveOrder(key, ended, id, size)
  local moments = leavingOrder[key] or {}
  local ids = moments[ended] or {}
  leavingOrder[key], moments[ended], ids[id] = moments, ids, size
end

-- Returns state and time (text) of an end; nil for one that cannot be read (written by hand).
local function parseEnd(ending)
  local state, ended = string.match(ending, '^(%u+) (%d+)')
  for _, each in ipairs(ENDED_STATES) do
    if each == state then return state, ended end
  end
end

-- `ending`: as ENDS has it, and readable. The task's text and its past must still be
-- there.
local function leaveEnded(id, ending)
  local state, ended = parseEnd(ending)
  local name, size = kindOf(state), sizeOf(id)
  call('HINCRBY', META, name, digits(-size))
  if call('ZREM', ownKey(name), ended .. ' ' .. id) == 0 then leaveOrder(orderKey(name), ended, id, size) end
  call('ZREM', endedKey(state), id)
  if state == 'FAILURE' then call('ZREM', FAILED, id) end
  for _, hash in ipairs({ ENDS, CANCELS }) do call('HDEL', hash, id) end
end

-- Takes these from those that ended together at a moment. That has few entries, as it is a millisecond.
local function closeRanks(key, ended, sizes)
  for _, entry in ipairs(call('ZRANGEBYSCORE', key, ended, ended)) do
    local list, size = string.match(entry, '^(.+) ([^ ]+)$')
    local stay, gone = {}, 0
    for id in string.gmatch(list, '[^ ]+') do
      if sizes[id] then gone, size = gone + 1, size - sizes[id] else stay[#stay + 1] = id end
    end
    if gone > 0 then
      call('ZREM', key, entry)
      if #stay > 0 then call('ZADD', key, ended, table.concat(stay, ' ') .. ' ' .. digits(size)) end
    end
  end
end

-- To be called once a script, when all that leave have left.
local function writeOrder()
  for key, moments in pairs(leavingOrder) do
    for ended, sizes in pairs(moments) do closeRanks(key, ended, sizes) end
  end
end

-- What ENDS has for those of these ids that have no text: mostly there are none. For the others it
-- is not read, since results may be large.
local function endsLeft(ids, texts)
  local fresh, places, count = {}, {}, 0
  for i, id in ipairs(ids) do
    if not texts[i] then
      count = count + 1
      fresh[count], places[count] = id, i
    end
  end
  local ends = {}
  if count == 0 then return ends end
  for at, ending in ipairs(call('HMGET', ENDS, unpack(fresh))) do ends[places[at]] = ending end
  return ends
end

-- Removes what is left of ended tasks whose ids are used again, because their texts were deleted
-- by hand. `leftover`: id → end.
local function clearEnded(leftover)
  for id, ending in pairs(leftover) do
    if parseEnd(ending) then leaveEnded(id, ending) else call('HDEL', ENDS, id) end
    call('HDEL', PAST, id)
  end
  writeOrder()
end
