-- The number of shards of the cluster, and the layout of its keys. Shard 0 decides: it keeps
-- them on the word of a node that runs, so a store that has lost them, or has something else
-- there, has them again. Every other shard has the number of whoever opened a session in it
-- last, which none may but on a fresh word of shard 0, and none changes once that word is too
-- old to be sure. In each it fences what goes by the number: who has another does not get
-- at the tasks.

-- The number that this shard has; nil if none, or what is no number.
local function numberHere()
  local fixed = call('HGET', META, 'shards')
  return tonumber(fixed or '') and fixed
end

-- Returns the number that is there, if it is another; if there is none, this is it from now on.
local function keepNumber(shards, layout)
  local fixed = numberHere()
  if not fixed then
    call('HSET', META, 'shards', shards, 'layout', layout)
  elseif fixed ~= shards then
    return fixed
  end
end
