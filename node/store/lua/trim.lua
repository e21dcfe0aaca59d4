-- Forgets ended tasks: those past their time, and the oldest beyond a number.
-- ARGV    number to keep, limit (tasks)
-- Returns how many were forgotten
local kept, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = readClock()
local beyond = call('LLEN', ENDED) - kept

local count, byState = 0, {}
for i, id in ipairs(call('LRANGE', ENDED, 0, limit - 1)) do
  local task = taskKey(id)
  local fields = call('HMGET', task, 'state', 'end')
  local endedAt = tonumber(string.match(fields[2], '%d+$'))
  if i > beyond and endedAt + ENDED_KEPT_MS > now then break end
  count = i
  local ids = byState[fields[1]] or {}
  byState[fields[1]] = ids
  ids[#ids + 1] = id
  call('UNLINK', task)
end
if count == 0 then return 0 end
call('LTRIM', ENDED, count, -1)
for state, ids in pairs(byState) do
  call('ZREM', endedKey(state), unpack(ids))
  call('HINCRBY', COUNTS, state, -#ids)
end
return count
