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
  -- Where the fields are gone (deleted by hand, or evicted) only the index is left.
  local endedAt = tonumber(string.match(fields[2] or '0', '%d+$'))
  if i > beyond and endedAt + ENDED_KEPT_MS > now then break end
  count = i
  for _, state in ipairs(fields[1] and { fields[1] } or ENDED_STATES) do
    byState[state] = byState[state] or {}
    table.insert(byState[state], id)
  end
  call('UNLINK', task)
end
if count == 0 then return 0 end
call('LTRIM', ENDED, count, -1)
for state, ids in pairs(byState) do
  local removed = call('ZREM', endedKey(state), unpack(ids))
  if removed > 0 then call('HINCRBY', COUNTS, state, -removed) end
end
return count
