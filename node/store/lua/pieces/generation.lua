-- Raises the shard's generation if it must be raised: on a server of another run, or one that
-- is behind what a node knows of, or that came to the same number by another raise. Each of
-- these may have lost writes, among them the last raise and tokens given since. So the new
-- generation is above all that is known, and at least the clock's, as if it had never been put
-- back; and tokens go on above it.
-- known   generation that the node knows of, and knownRun, the run on which it was raised
-- Returns the generation, and the run on which it was raised. Shared by open and adopt.
local function raiseGeneration(known, knownRun, now)
  local run = string.match(call('INFO', 'server'), 'run_id:(%w+)')
  local meta = call('HMGET', META, 'gen', 'run', 'token', 'back')
  local stored, token = tonumber(meta[1] or 0), tonumber(meta[3] or 0)
  -- A counter that outgrew its bits belongs to a later generation than the recorded one.
  local generation = math.max(stored, math.floor(token / TOKENS_PER_GENERATION))
  local raisedTwice = known == generation and knownRun ~= meta[2]
  if meta[2] ~= run or known > generation or raisedTwice then
    generation = math.max(generation + 1, known + 1, now + (meta[4] or 0) - SEQ_EPOCH_MS)
  end
  if generation > stored then
    token = math.max(token, generation * TOKENS_PER_GENERATION)
    call('HSET', META, 'gen', digits(generation), 'run', run, 'token', digits(token))
  end
  return generation, run
end
