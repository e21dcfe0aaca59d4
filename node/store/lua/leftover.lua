-- What ended tasks have left that were deleted by hand: goes when their ids begin anew.
-- Else the new ones would be forgotten when the time of the former ones is over.
local function forgetLeftover(ids)
  for _, hash in ipairs({ ENDS, PAST }) do call('HDEL', hash, unpack(ids)) end
  for _, id in ipairs(ids) do
    call('LREM', ENDED, 1, id)
    for _, state in ipairs(ENDED_STATES) do
      if call('ZREM', endedKey(state), id) == 1 then call('HINCRBY', COUNTS, state, -1) end
    end
  end
end
