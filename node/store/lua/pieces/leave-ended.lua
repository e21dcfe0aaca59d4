-- From an ended state: what the ends, the indexes and the order say of a task that has ended no more, as it is opened
-- again or deleted, is taken back here alone.

-- `ending`: as ENDS has it. The task's text and its past must still be there.
local function leaveEnded(id, ending)
  local state, ended = string.match(ending, '^(%u+) (%d+)')
  local name, size = kindOf(state), sizeOf(id)
  call('HINCRBY', META, name, digits(-size))
  local own = call('ZREM', ownKey(name), ended .. ' ' .. id)
  if own + call('ZREM', orderKey(name), id .. ' ~') == 0 then call('HSET', OUTLIVED, id, digits(size)) end
  call('ZREM', endedKey(state), id)
  if state == 'FAILURE' then call('ZREM', FAILED, id) end
  for _, hash in ipairs({ ENDS, CANCELS }) do call('HDEL', hash, id) end
end

-- What is left of ended tasks whose ids begin anew, as their texts were deleted by hand: id → end.
local function clearEnded(leftover)
  for id, ending in pairs(leftover) do
    leaveEnded(id, ending)
    call('HDEL', PAST, id)
  end
end
