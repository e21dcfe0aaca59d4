-- A number below GENERATION_CHANCE, from the run of the server and the microseconds of its clock.
local function chanceOf(run)
  local time = call('TIME')
  return ((tonumber(string.sub(run, 1, 4), 16) or 0) + time[1] * 1000000 + time[2]) % GENERATION_CHANCE
end

-- Raises the shard's generation if it must be raised: on a server of another run, or one that
-- is behind what a node knows of, or that came to the same number by another raise. Each of
-- these may have lost writes, among them the last raise and tokens given since. So the new
-- generation is above all that is known, and at least the clock's, as if it had never been put
-- back; and tokens go on above it.
--
-- A clock that stands below all that is known was put back, perhaps while nobody saw it. It would
-- lead a second raise to the number of one that was lost; so chance adds to the number, and from
-- now on the clock counts as standing there.
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
    local clock = now + (meta[4] or 0) - SEQ_EPOCH_MS
    generation = math.max(generation, known) + 1
    if generation > clock then
      generation = generation + chanceOf(run)
      call('HSET', META, 'back', digits(generation - (now - SEQ_EPOCH_MS)))
    else
      generation = clock
    end
  end
  if generation > stored then
    token = math.max(token, generation * TOKENS_PER_GENERATION)
    call('HSET', META, 'gen', digits(generation), 'run', run, 'token', digits(token))
  end
  return generation, run
end
