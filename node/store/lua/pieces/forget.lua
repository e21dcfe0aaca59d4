-- Discards ended tasks with all that there is of them, except their places in the order of
-- ended tasks. They must have ended.

local function forget(ids)
  -- Removes the ids from a key, if it exists: most tasks have no past, and have ended in one state.
  local function remove(command, key)
    return call('EXISTS', key) == 1 and call(command, key, unpack(ids)) or 0
  end
  local forgotten = remove('HDEL', TASKS)
  if forgotten > 0 then call('HINCRBY', META, 'forgotten', forgotten) end
  for _, hash in ipairs({ ENDS, PAST, CANCELS }) do remove('HDEL', hash) end
  for _, state in ipairs(ENDED_STATES) do remove('ZREM', endedKey(state)) end
  remove('ZREM', FAILED)
  forgetRuns(ids)
end
