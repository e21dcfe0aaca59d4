-- Runs of an id. The first run is the task that has the id; tasks submitted as further runs get
-- the ids id~2, id~3 … The last number is kept for as long as any run is. Each run is recorded
-- as one, since anybody may submit another task under such an id.

-- The prefixes in RUNS of a task's id whose value is the id that it is a run of; FIRST if it has that
-- id itself. No id begins like this.
local RUN, FIRST = '~', '~~'

local function readNumbers(list)
  local numbers = {}
  for number in string.gmatch(list, '%d+') do numbers[tonumber(number)] = true end
  return numbers
end

-- Returns the last number, and how many runs are kept: 1 and 0 for an id that has no further
-- runs.
local function findRuns(id)
  local last, kept = string.match(call('HGET', RUNS, id) or '', '^(%d+) (%d+)$')
  return tonumber(last or 1), tonumber(kept or 0)
end

-- The id of the next run; nil if the task can have the id itself. A number that somebody has
-- taken in another way is skipped, then twice as many, and so on: otherwise a client that takes
-- thousands of them could hold up the shard. `seen`: ids that this script has given to tasks.
local function nextRun(id, seen)
  local function isTaken(run)
    return seen[run] or call('HEXISTS', TASKS, run) == 1 or call('HEXISTS', ENDS, run) == 1
  end
  local last, kept = findRuns(id)
  if kept == 0 and not isTaken(id) then return end
  local number, step = last + 1, 1
  while isTaken(id .. '~' .. digits(number)) do number, step = number + step, step * 2 end
  return { of = id, id = id .. '~' .. digits(number), number = number, kept = kept }
end

local function keepRun(run)
  local kept = run.kept
  if kept == 0 then
    call('HSET', RUNS, FIRST .. run.of, run.of)
    kept = 1
  end
  call('HSET', RUNS, run.of, digits(run.number) .. ' ' .. digits(kept + 1), RUN .. run.id, run.of)
end

-- Forgets the runs among tasks that are no longer kept.
local function forgetRuns(ids)
  if call('EXISTS', RUNS) == 0 then return end
  local fields, gone, lost = {}, {}, {}
  for _, id in ipairs(ids) do
    fields[#fields + 1] = RUN .. id
    fields[#fields + 1] = FIRST .. id
  end
  for i, id in ipairs(call('HMGET', RUNS, unpack(fields))) do
    if id then
      gone[#gone + 1] = fields[i]
      lost[id] = (lost[id] or 0) + 1
    end
  end
  for id, count in pairs(lost) do
    local last, kept = findRuns(id)
    if kept > count then
      call('HSET', RUNS, id, digits(last) .. ' ' .. digits(kept - count))
    else
      gone[#gone + 1] = id
    end
  end
  if #gone > 0 then call('HDEL', RUNS, unpack(gone)) end
end
