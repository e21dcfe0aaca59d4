-- Forgets ended tasks: those past their time, and the oldest beyond a number.
-- ARGV    number to keep, limit (tasks)
-- Returns how many were forgotten
local kept, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = readClock()
local beyond = call('LLEN', ENDED) - kept
local ids = call('LRANGE', ENDED, 0, limit - 1)

-- Where its end is gone (deleted by hand, or evicted) only the index is left.
local function isPastItsTime(id)
  local endedAt = string.match(call('GETRANGE', endKey(id), 0, 63), '^%u+ (%d+)')
  return tonumber(endedAt or 0) + ENDED_KEPT_MS <= now
end

-- Those beyond the number go whatever their age, so nobody asks for it: as many are
-- forgotten as end, and what is done for each is done once for all.
local count = math.max(0, math.min(#ids, beyond))
while count < #ids and isPastItsTime(ids[count + 1]) do count = count + 1 end
if count == 0 then return 0 end

local texts = {}
for i = 1, count do
  local id = ids[i]
  texts[i * 3 - 2], texts[i * 3 - 1], texts[i * 3] = taskKey(id), endKey(id), pastKey(id)
end
call('UNLINK', unpack(texts))
call('LTRIM', ENDED, count, -1)
for _, state in ipairs(ENDED_STATES) do
  local removed = call('ZREM', endedKey(state), unpack(ids, 1, count))
  if removed > 0 then call('HINCRBY', COUNTS, state, -removed) end
end
return count
