-- The number of shards of the cluster, and the layout of its keys. Shard 0 decides: it keeps
-- them on the word of a running node, so that a store that has lost them, or has something else
-- there, gets them again. Every other shard has the number of the node that last opened a
-- session in it. A node may do so only on a fresh word of shard 0, and changes no shard's
-- number once that word is too old to be certain. In each shard the number is a fence: a node
-- with another number does not get at the tasks.

-- The number that this shard has; nil if it has none, or something that is not a number.
local function numberHere()
  local fixed = call('HGET', META, 'shards')
  return tonumber(fixed or '') and fixed
end

-- Returns the existing number, if it is another one. If there is none, this becomes the
-- number.
local function keepNumber(shards, layout)
  local fixed = numberHere()
  if not fixed then
    call('HSET', META, 'shards', shards, 'layout', layout)
  elseif fixed ~= shards then
    return fixed
  end
end
