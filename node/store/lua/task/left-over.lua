-- Counts the tasks of each route that have waited for long, going by their places.
-- ARGV    number of shards by which they are here, for how long (ms); then route …
-- Returns 'unsettled' if the shard does not have that number,
--         else for each route how many
local now = readClock()
if numberHere() ~= ARGV[1] then return 'unsettled' end
-- Places go by the clock: those below this one were given long enough ago. Once the clock has
-- been put back they are ahead of it and do not tell how old they are, so all count.
local below = (now - ARGV[2] + 1 - SEQ_EPOCH_MS) * SEQ_PER_MS
local last = tonumber(call('HGET', META, 'seq') or 0)
if last >= (now + ARGV[2] + 1 - SEQ_EPOCH_MS) * SEQ_PER_MS then below = SEQ_SPAN end

-- Hops from one priority in use to the next.
local function countOld(queue)
  local count, from = 0, 0
  while true do
    local first = call('ZRANGEBYSCORE', queue, digits(from), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if #first == 0 then return count end
    local low = math.floor(first[2] / SEQ_SPAN) * SEQ_SPAN
    count = count + call('ZCOUNT', queue, digits(low), '(' .. digits(low + below))
    from = low + SEQ_SPAN
  end
end

local counts = {}
for i = 3, #ARGV do counts[i - 2] = countOld(queueKey(ARGV[i])) end
return counts
