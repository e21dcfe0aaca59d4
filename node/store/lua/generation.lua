-- Raises the shard's generation where it must be: to what a node knows of, and, on a
-- server of another run, which may have forgotten writes, above that and to the clock:
-- the last raise may be among what was forgotten. Tokens go on above.
-- Returns the generation. Shared by open and adopt.
local function raiseGeneration(known, now)
  local run = string.match(call('INFO', 'server'), 'run_id:(%w+)')
  local meta = call('HMGET', META, 'gen', 'run', 'token')
  local stored, token = tonumber(meta[1] or 0), tonumber(meta[3] or 0)
  -- A counter that outgrew its bits is in a later generation than the one written down.
  local generation = math.max(stored, known, math.floor(token / TOKENS_PER_GENERATION))
  if meta[2] ~= run then generation = math.max(generation + 1, now - SEQ_EPOCH_MS) end
  if generation > stored then
    token = math.max(token, generation * TOKENS_PER_GENERATION)
    call('HSET', META, 'gen', digits(generation), 'run', run, 'token', digits(token))
  end
  return generation
end
