-- Reads tasks that are FAILURE, those that ended last first, and groups them by type, and by the
-- code and first line of their error. Texts of a task are not returned.
-- ARGV    number of shards of which this is one, when the oldest of them ended (ms; or - and
--         this long ago), when the newest did (ms, or +inf), how many of that moment to skip,
--         limit (tasks)
-- Returns 'unsettled' if the shard does not have that number,
--         else { now (ms), when the oldest ended (ms), tasks that were looked at, when the last
--         of them ended (ms), or -1 if there are no more, and how many of that moment to skip
--         next; then per group: type, code and first line as they stand in JSON (or nothing if
--         there are none), tasks, id of the newest, when that ended }
if numberHere() ~= ARGV[1] then return 'unsettled' end
local now, since = readClock(), tonumber(ARGV[2])
if string.sub(ARGV[2], 1, 1) == '-' then since = now + since end
local upTo, skip, limit = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])

-- A text of an error as it stands in its JSON, where `at` is the first of its bytes: up to its end, or to that
-- of its first line that is not empty. Only so far as may be told of it.
local function lineFrom(error, at)
  local blank, last = at, at + FIRST_LINE_BYTES
  repeat
    at = blank
    blank = string.match(error, '^ *()', at)
    blank = string.match(error, '^\\[nrt]()', blank) or blank
  until blank == at or at > last
  local stop = at
  last = at + FIRST_LINE_BYTES
  while true do
    local found = string.find(error, '["\\]', stop)
    if not found then return '' end
    local next = string.sub(error, found, found + 1)
    if string.sub(next, 1, 1) == '"' or next == '\\n' or next == '\\r' or found > last then
      return string.sub(error, at, found - 1)
    end
    stop = found + 2
  end
end

local function lineOf(error, name)
  local _, last = string.find(error, '"' .. name .. '":"', 1, true)
  return last and lineFrom(error, last + 1) or ''
end

local groups, order, bytes = {}, {}, 0
local function count(id, ended, text, ending)
  local kind = string.match(text, '^[^\n|]*|([^\n|]*)') or ''
  local error = string.sub(ending, string.find(ending, '\n', 1, true) or #ending)
  local code, line = lineOf(error, 'code'), lineOf(error, 'message')
  local name = kind .. '\n' .. code .. '\n' .. line
  if not groups[name] then
    groups[name] = { kind, code, line, 0, id, ended }
    order[#order + 1] = groups[name]
  end
  groups[name][4] = groups[name][4] + 1
end

local page = call('ZREVRANGEBYSCORE', FAILED, upTo, digits(since), 'WITHSCORES', 'LIMIT', skip, limit)
local looked, last, atLast = 0, tonumber(upTo), skip
for i = 1, #page, 2 do
  if bytes > FAILURES_STEP_BYTES then break end
  local id, ended = page[i], tonumber(page[i + 1])
  local text, ending = call('HGET', TASKS, id), call('HGET', ENDS, id)
  if text and ending then
    count(id, ended, text, ending)
    bytes = bytes + #text + #ending
  end
  looked, last, atLast = looked + 1, ended, ended == last and atLast + 1 or 1
end

local isLast = looked == #page / 2 and looked < limit
local answer = { now, since, looked, isLast and -1 or last, atLast }
for _, group in ipairs(order) do
  for i = 1, 6 do answer[#answer + 1] = group[i] end
end
return answer
