-- Forgets ended tasks: those past their time, and the oldest beyond a number.
-- ARGV    number to keep, limit (tasks)
-- Returns how many were forgotten
local kept, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = readClock()
local beyond = call('LLEN', ENDED) - kept

local count, byState = 0, {}
for i, id in ipairs(call('LRANGE', ENDED, 0, limit - 1)) do
  -- Where its end is gone (deleted by hand, or evicted) only the index is left.
  local state, endedAt = string.match(call('GETRANGE', endKey(id), 0, 63), '^(%u+) (%d+)')
  if i > beyond and tonumber(endedAt or 0) + ENDED_KEPT_MS > now then break end
  count = i
  for _, index in ipairs(state and { state } or ENDED_STATES) do
    byState[index] = byState[index] or {}
    table.insert(byState[index], id)
  end
  call('UNLINK', taskKey(id), endKey(id), pastKey(id))
end
if count == 0 then return 0 end
call('LTRIM', ENDED, count, -1)
for state, ids in pairs(byState) do
  local removed = call('ZREM', endedKey(state), unpack(ids))
  if removed > 0 then call('HINCRBY', COUNTS, state, -removed) end
end
return count
