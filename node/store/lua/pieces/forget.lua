-- Forgets tasks, which must be among the ended ones, with all that there is of them but their places in the
-- order of these.

local function forget(ids)
  -- From all that there is of the key; most have no past, and have ended in one state.
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
