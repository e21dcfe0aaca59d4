-- Raises the shard's generation where it must be: to what a node knows of, and by one
-- on a server of another run, which may have forgotten writes. Tokens go on above.
-- Returns the generation. Shared by open and adopt.
local function raiseGeneration(known, run)
  local meta = call('HMGET', META, 'gen', 'run', 'token')
  local stored = tonumber(meta[1] or 0)
  local generation = math.max(stored, known)
  if meta[2] ~= run then generation = generation + 1 end
  if generation > stored then
    local token = math.max(tonumber(meta[3] or 0), generation * TOKENS_PER_GENERATION)
    call('HSET', META, 'gen', generation, 'run', run, 'token', token)
  end
  return generation
end
