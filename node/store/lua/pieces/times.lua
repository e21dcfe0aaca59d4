-- When tasks are due, and when they expire unless they have begun. A task is among those that
-- may expire until it begins, so an attempt is never taken over too late.

-- Returns a moment (ms), which is told as such or as this long after another; 0 for none.
local function momentOf(told, from)
  if told == '-' then return 0 end
  return string.sub(told, 1, 1) == '+' and from + tonumber(told) or tonumber(told)
end

-- Returns number → due, expires and keep, from lines "number due expires keep".
local function readTimes(lines, now)
  local times = {}
  for number, due, expires, keep in string.gmatch(lines, '(%d+) ([^ ]+) ([^ ]+) (%d+)\n') do
    due = momentOf(due, now)
    times[tonumber(number)] = { due = due, expires = momentOf(expires, math.max(now, due)), keep = tonumber(keep) }
  end
  return times
end

local function haveMoments(times)
  for _, time in pairs(times) do
    if time.due > 0 or time.expires > 0 then return true end
  end
end

-- What the head of a new task says about its times, after its creation.
local function newCounts(time)
  local counts = '0,0,0,0,1,' .. digits(time.due) .. ',' .. digits(time.expires)
  return time.keep > 0 and counts .. ',' .. digits(time.keep) or counts
end

-- The times of expiry, and ids, of tasks that have one now.
local bound = {}

-- Notes that a task must begin by its expiry, if it has one.
local function bindExpiry(id, expires)
  if expires == 0 then return end
  local last = #bound
  bound[last + 1], bound[last + 2] = digits(expires), id
end

-- Whether its expiry counts for what it begins next: the first attempt, or one after it failed
-- or was put off.
local function mustBegin(id, task)
  local past = '\n' .. (call('HGET', PAST, id) or '')
  local token, how = string.match(past, '.*\n([^ ]+) [^ ]+ [^ ]+ [^ ]+ ([^ \n]+)')
  return how == nil or roundOf(token) ~= task.round or how == 'failure' or how == 'timeout' or how == 'snoozed'
end

-- To be called once a script, when all tasks that have an expiry now are noted.
local function writeExpiry()
  if #bound > 0 then call('ZADD', EXPIRING, unpack(bound)) end
end

-- To EXPIRED.
local function expireTask(id, task, now)
  toEnded(id, task, 'EXPIRED', digits(now), '',
    cjson.encode({ code = 'expired', message = 'It had not begun by the time at which it was to expire.' }))
end

local function firstOf(key) return tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2] or '+inf') end

-- When a task is due or expires next (ms), or ''.
local function nextTime()
  local first = math.min(firstOf(DUE), firstOf(EXPIRING))
  return first < math.huge and digits(first) or ''
end
