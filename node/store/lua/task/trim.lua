-- Forgets ended tasks: those past their time, and the oldest beyond a number. Where there
-- are none it has time to see to the books.
-- ARGV    number to keep, time to keep them (ms), limit (tasks)
-- Returns how many were forgotten
local kept, keptMs, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = readClock()
local beyond = call('HLEN', ENDS) - kept
local mayBeOutlived = call('EXISTS', OUTLIVED) == 1

-- Whether it stands there for an end that is no more: the task has begun anew since.
local function isOutlived(id)
  local ends = mayBeOutlived and tonumber(call('HGET', OUTLIVED, id) or 0) or 0
  if ends == 0 then return false end
  if ends == 1 then call('HDEL', OUTLIVED, id) else call('HINCRBY', OUTLIVED, id, -1) end
  return true
end

-- Ids that go; whole batches of ids that ended together, from the first; and what is left of the next one.
local ids, batches, rest = {}, 0, nil
local function takeBatch(batch, endedMs)
  local due = endedMs + keptMs <= now
  local left = {}
  for id in string.gmatch(batch, '[^ ]+') do
    local goes = #left == 0 and #ids < limit and (due or #ids < beyond)
    if not goes then left[#left + 1] = id
    elseif not isOutlived(id) then ids[#ids + 1] = id end
  end
  if #left == 0 then batches = batches + 1 else rest = table.concat(left, ' ') end
  return #left == 0
end

local last
repeat
  local page = call('ZRANGE', ENDED, batches, batches + READ_TASKS_MAX - 1, 'WITHSCORES')
  local whole = #page > 0
  for i = 1, #page, 2 do
    last = { text = page[i], score = page[i + 1] }
    whole = takeBatch(page[i], tonumber(page[i + 1]))
    if not whole then break end
  end
until not whole
if batches > 0 then call('ZREMRANGEBYRANK', ENDED, 0, batches - 1) end
if rest and rest ~= last.text then
  call('ZREM', ENDED, last.text)
  call('ZADD', ENDED, last.score, rest)
end
if #ids == 0 then
  settleBooks()
  return 0
end

-- From all that there is of the key; most have no past, and have ended in one state.
local function remove(command, key)
  return call('EXISTS', key) == 1 and call(command, key, unpack(ids)) or 0
end
local forgotten = remove('HDEL', TASKS)
if forgotten > 0 then call('HINCRBY', META, 'forgotten', forgotten) end
for _, hash in ipairs({ ENDS, PAST, CANCELS }) do remove('HDEL', hash) end
forgetRuns(ids)
for _, state in ipairs(ENDED_STATES) do remove('ZREM', endedKey(state)) end
return #ids
