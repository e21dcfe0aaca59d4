-- Raises the shard's generation where it must be: to what a node knows of, and by one
-- on a server of another run, which may have forgotten writes. Tokens go on above.
-- Returns the generation. Shared by open and adopt.
local function raiseGeneration(known)
  local run = string.match(call('INFO', 'server'), 'run_id:(%w+)')
  local meta = call('HMGET', META, 'gen', 'run', 'token')
  local stored, token = tonumber(meta[1] or 0), tonumber(meta[3] or 0)
  -- A counter that outgrew its bits is in a later generation than the one written down.
  local generation = math.max(stored, known, math.floor(token / TOKENS_PER_GENERATION))
  if meta[2] ~= run then generation = generation + 1 end
  if generation > stored then
    token = math.max(token, generation * TOKENS_PER_GENERATION)
    call('HSET', META, 'gen', generation, 'run', run, 'token', token)
  end
  return generation
end
