-- Forgets ended tasks: those past their time, and the oldest beyond a number.
-- ARGV    number to keep, limit (tasks)
-- Returns how many were forgotten
local kept, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = readClock()
local past = call('ZCOUNT', EXPIRY, '-inf', now)
local beyond = call('ZCARD', EXPIRY) - kept
local count = math.min(limit, math.max(past, beyond))
if count <= 0 then return 0 end

local byState = {}
for _, id in ipairs(call('ZRANGE', EXPIRY, 0, count - 1)) do
  local task = taskKey(id)
  local state = call('HGET', task, 'state')
  local ids = byState[state] or {}
  byState[state] = ids
  ids[#ids + 1] = id
  call('UNLINK', task)
end
call('ZREMRANGEBYRANK', EXPIRY, 0, count - 1)
for state, ids in pairs(byState) do
  call('ZREM', endedKey(state), unpack(ids))
  call('HINCRBY', COUNTS, state, -#ids)
end
return count
