-- SUCCESS, FAILURE, CANCELLED, EXPIRED: the tasks that have ended. What the ends, the indexes
-- by state and the order of the ends say of it is written here alone.

-- Ids; ids and texts; state → seqs and ids.
local endedIds, endedTexts, endedIndexes = {}, {}, {}

-- To an ended state, at the time `now`. `how` is what brought it, as ENDS has it after the
-- time: a blank, how the attempt ended, when it started, and the attempt as the holders have
-- it; or nothing. `body`: result or error (JSON).
local function toEnded(id, seq, state, now, how, body)
  local count = #endedIds
  local index = endedIndexes[state] or {}
  local last = #index
  endedIndexes[state] = index
  endedIds[count + 1] = id
  endedTexts[2 * count + 1] = id
  endedTexts[2 * count + 2] = state .. ' ' .. now .. how .. '\n' .. body
  index[last + 1], index[last + 2] = seq, id
end

-- Once a script, with all that has ended.
local function writeEnded(now)
  if #endedIds == 0 then return end
  call('HSET', ENDS, unpack(endedTexts))
  call('ZADD', ENDED, now, table.concat(endedIds, ' '))
  for state, index in pairs(endedIndexes) do call('ZADD', endedKey(state), unpack(index)) end
end

-- What is left of ended tasks whose ids begin anew, as their texts were deleted by hand. In
-- the order of the ends they stay: what stands there for an end that is no more is counted.
local function leaveEnded(ids)
  for _, hash in ipairs({ ENDS, PAST, CANCELS }) do call('HDEL', hash, unpack(ids)) end
  for _, state in ipairs(ENDED_STATES) do call('ZREM', endedKey(state), unpack(ids)) end
  for _, id in ipairs(ids) do call('HINCRBY', OUTLIVED, id, 1) end
end
