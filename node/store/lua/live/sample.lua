-- Keeps the figures of the step that has just ended, unless they are kept already. Any node
-- may do it. A later one may add what the first did not know.
-- ARGV    number of shards of which this is one, slots of all live nodes, since when the oldest
--         PENDING task waits (ms), 0 if none does, or '-' if that is not known
-- Returns 'unsettled' if the shard does not have that number, else 1 if anything was written,
--         0 if not
-- A sample is "end(ms) pending started slots ended failed oldest(ms)". Ended counts all tasks
-- that ever have; failed, those that ended as FAILURE in the step.
if numberHere() ~= ARGV[1] then return 'unsettled' end
local now = readClock()
local at = now - now % LIVE_STEP_MS
local place = digits(at / LIVE_STEP_MS % LIVE_STEPS)
local known = call('HGET', LIVE, place) or ''
local isKept = string.match(known, '^%d+') == digits(at)
if isKept and (ARGV[3] == '-' or string.sub(known, -1) ~= '-') then return 0 end
if isKept then
  call('HSET', LIVE, place, string.sub(known, 1, -2) .. ARGV[3])
  return 1
end
local pending, started, ended = countsNow()
local failed = call('ZCOUNT', FAILED, digits(at - LIVE_STEP_MS), '(' .. digits(at))
local sample = { digits(at), digits(pending), digits(started), ARGV[2], digits(ended), failed, ARGV[3] }
call('HSET', LIVE, place, table.concat(sample, ' '))
return 1
