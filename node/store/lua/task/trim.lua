-- Discards ended tasks: those past their time, and the oldest beyond a number or a size. Tasks
-- that say how long they are to be kept go by that; for number and size they go only when no
-- others are left. If there is nothing to discard, it checks the books.
-- ARGV    time for which every task is kept (ms), which takes precedence over number and size;
--         limit (tasks; those that ended together go together); then for successes, and for
--         failures: number to keep, size (bytes), time to keep them (ms)
-- Returns how many were discarded
local leastMs, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = readClock()
local ids = {}

local function countOf(kind)
  local successes = call('ZCARD', endedKey('SUCCESS'))
  return kind == 'successes' and successes or call('HLEN', ENDS) - successes
end

-- What a kind has too many of, or of too large a size.
local number, size, freed

local function take(id, bytes)
  ids[#ids + 1] = id
  number, size, freed = number - 1, size - bytes, freed + bytes
end

-- One entry of the order.
local function takeEntry(text)
  local list, bytes = string.match(text, '^(.+) ([^ ]+)$')
  for id in string.gmatch(list, '[^ ]+') do take(id, 0) end
  size, freed = size - bytes, freed + bytes
end

local function trimOrder(key, keptMs)
  local entries = 0
  local function isOver(endedMs)
    local isBeyond = (number > 0 or size > 0) and endedMs + leastMs <= now
    return #ids < limit and (isBeyond or endedMs + keptMs <= now)
  end
  repeat
    local page, more = call('ZRANGE', key, entries, entries + READ_TASKS_MAX - 1, 'WITHSCORES'), false
    for i = 1, #page, 2 do
      more = isOver(tonumber(page[i + 1]))
      if not more then break end
      takeEntry(page[i])
      entries = entries + 1
    end
  until not more
  if entries > 0 then call('ZREMRANGEBYRANK', key, 0, entries - 1) end
end

-- Those of them whose time is over; or of the first, by when that is, as many as are beyond.
local function trimOwn(key, isOver)
  local gone = {}
  local upTo = isOver and now or '+inf'
  for _, entry in ipairs(call('ZRANGEBYSCORE', key, '-inf', upTo, 'LIMIT', 0, math.max(0, limit - #ids))) do
    local ended, id = string.match(entry, '^(%d+) (.+)$')
    if isOver or (number > 0 or size > 0) and ended + leastMs <= now then
      gone[#gone + 1] = entry
      take(id, sizeOf(id))
    end
  end
  if #gone > 0 then call('ZREM', key, unpack(gone)) end
end

for i, kind in ipairs({ 'successes', 'failures' }) do
  local keep = { unpack(ARGV, i * 3, i * 3 + 2) }
  number, freed = countOf(kind) - keep[1], 0
  size = (call('HGET', META, kind) or 0) - keep[2]
  trimOwn(ownKey(kind), true)
  trimOrder(orderKey(kind), tonumber(keep[3]))
  if number > 0 or size > 0 then trimOwn(ownKey(kind), false) end
  if freed ~= 0 then call('HINCRBY', META, kind, digits(-freed)) end
end
if #ids == 0 then settleBooks() else forget(ids) end
return #ids
