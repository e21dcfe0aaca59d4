-- Reads the newest run of an id: among those that are kept the one with the highest number, or
-- the task that has the id itself, if it was submitted later. Runs are discarded as they end, in
-- any order: READ_TASKS_MAX numbers are looked at, from the last.
-- ARGV    number of shards by which it is here, id, bytes that the task may have to be read or -1
--         for any number
-- Returns 'unsettled' if the shard does not have that number,
--         else its own id, and the result of readWithin, empty if there is none
if numberHere() ~= ARGV[1] then return 'unsettled' end
local id, bytesMax = ARGV[2], tonumber(ARGV[3])

-- A task's position in the order of creation; nil if there is none.
local function seqOf(run)
  return tonumber(string.match(call('HGET', TASKS, run) or '', '^%d+ (%d+)') or '')
end

local last = findRuns(id)
local newest, seq = id, seqOf(id) or 0
for number = last, math.max(2, last - READ_TASKS_MAX + 1), -1 do
  local run = id .. '~' .. digits(number)
  local own = call('HGET', RUNS, RUN .. run) == id and seqOf(run)
  if own then
    if own > seq then newest = run end
    break
  end
end
return { newest, bytesMax < 0 and readTask(newest) or readWithin(newest, bytesMax) }
