-- Forgets ended tasks: those past their time, and the oldest beyond a number.
-- ARGV    number to keep, limit (tasks)
-- Returns how many were forgotten
local kept, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = readClock()
local beyond = call('LLEN', ENDED) - kept
local ids = call('LRANGE', ENDED, 0, limit - 1)

-- Where its end is gone (deleted by hand) only the index is left.
local function isPastItsTime(id)
  local endedAt = string.match(call('HGET', ENDS, id) or '', '^%u+ (%d+)')
  return tonumber(endedAt or 0) + ENDED_KEPT_MS <= now
end

-- Those beyond the number go whatever their age, so nobody asks for it: as many are
-- forgotten as end, and what is done for each is done once for all.
local count = math.max(0, math.min(#ids, beyond))
while count < #ids and isPastItsTime(ids[count + 1]) do count = count + 1 end
if count == 0 then return 0 end

for _, hash in ipairs({ TASKS, ENDS, PAST }) do call('HDEL', hash, unpack(ids, 1, count)) end
call('LTRIM', ENDED, count, -1)
for _, state in ipairs(ENDED_STATES) do
  local removed = call('ZREM', endedKey(state), unpack(ids, 1, count))
  if removed > 0 then call('HINCRBY', COUNTS, state, -removed) end
end
return count
