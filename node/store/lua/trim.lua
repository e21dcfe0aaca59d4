-- Forgets ended tasks: those past their time, and the oldest beyond a number. Where there
-- are none it has time to see to the counts that are kept.
-- ARGV    number to keep, time to keep them (ms), limit (tasks)
-- Returns how many were forgotten
local kept, keptMs, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = readClock()
local beyond = call('LLEN', ENDED) - kept
local ids = call('LRANGE', ENDED, 0, limit - 1)

local function isPastItsTime(id)
  local endedAt = string.match(call('HGET', ENDS, id) or '', '^%u+ (%d+)')
  return endedAt and endedAt + keptMs <= now
end

-- Those beyond the number go whatever their age, so nobody asks for it: as many are
-- forgotten as end, and what is done for each is done once for all.
local count = math.max(0, math.min(#ids, beyond))
-- The others lie in the order of their ends, so halving finds where those past their time
-- end: few are read, which may be large.
local last = #ids
while count < last do
  local middle = math.ceil((count + last) / 2)
  if isPastItsTime(ids[middle]) then count = middle else last = middle - 1 end
end
-- Of one whose end is gone (deleted by hand) only the index is left.
while count < #ids and call('HEXISTS', ENDS, ids[count + 1]) == 0 do count = count + 1 end
if count == 0 then
  for state, tasks in pairs(recount()) do
    if tonumber(call('HGET', COUNTS, state) or 0) ~= tasks then call('HSET', COUNTS, state, digits(tasks)) end
  end
  return 0
end

-- From all that there is of the key; most have no past, and have ended in one state.
local function remove(command, key)
  return call('EXISTS', key) == 1 and call(command, key, unpack(ids, 1, count)) or 0
end

for _, hash in ipairs({ TASKS, ENDS, PAST }) do remove('HDEL', hash) end
call('LTRIM', ENDED, count, -1)
for _, state in ipairs(ENDED_STATES) do
  local removed = remove('ZREM', endedKey(state))
  if removed > 0 then call('HINCRBY', COUNTS, state, -removed) end
end
return count
