-- Reads the attempts that sessions run: for each session those of its oldest tasks, at most
-- LIVE_HOLDERS_STEP.
-- ARGV    number of shards of which this is one, sessions
-- Returns 'unsettled' if the shard does not have that number,
--         else { how many of the sessions were read, from the first: as many as it took to come
--         to LIVE_HOLDERS_STEP attempts, then per attempt: id, what the holders have of it }
if numberHere() ~= ARGV[1] then return 'unsettled' end
local answer, looked = { 0 }, 0
for i = 2, #ARGV do
  if #answer > 2 * LIVE_HOLDERS_STEP then break end
  local ids = call('ZRANGEBYSCORE', runningKey(ARGV[i]), 0, '+inf', 'LIMIT', 0, LIVE_HOLDERS_STEP)
  local held = #ids > 0 and call('HMGET', HOLDERS, unpack(ids)) or {}
  for at, id in ipairs(ids) do
    local _, _, session = parseHolder(held[at])
    -- Left behind by a task that was deleted by hand?
    if session == ARGV[i] then
      answer[#answer + 1], answer[#answer + 2] = id, held[at]
    end
  end
  looked = looked + 1
end
answer[1] = looked
return answer
