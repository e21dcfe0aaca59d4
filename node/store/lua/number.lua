-- Keeps the number of shards of the cluster and the layout of its keys, on the word of a
-- node that runs: a store that has lost them, or has something else there, has them again.
-- Returns the number that is there, where it is another.
local function keepNumber(shards, layout)
  local fixed = call('HGET', META, 'shards')
  if not tonumber(fixed or '') then
    call('HSET', META, 'shards', shards, 'layout', layout)
  elseif fixed ~= shards then
    return fixed
  end
end
