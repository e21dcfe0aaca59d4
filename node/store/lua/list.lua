-- Reads tasks, newest first. Ended and running tasks have an index by creation number.
-- Waiting ones are read from their queues, which are sorted by priority and, within one,
-- by creation number: bands. Of each band first the newest task only, hopping from one
-- priority in use to the next; then the bands whose newest come first, as many as tasks
-- are wanted: no other can hold one of them.
-- ARGV    state or '' for all, creation number (only tasks before it), limit (tasks)
-- Returns 1 where there are more, older ones, or 0; then id, what readTask tells, id, …
local state, before, limit = ARGV[1], math.min(tonumber(ARGV[2]), SEQ_SPAN), tonumber(ARGV[3])
local found = {}
local function newestFirst(a, b) return a.seq > b.seq end

-- Tasks of a sorted set with scores from `low` up to `low` + before.
local function gather(key, low, count)
  local page = call('ZREVRANGEBYSCORE', key, '(' .. digits(low + before), digits(low), 'WITHSCORES', 'LIMIT', 0, count)
  for i = 1, #page, 2 do found[#found + 1] = { id = page[i], seq = page[i + 1] % SEQ_SPAN } end
end

local function gatherWaiting()
  local bands = {}
  for _, route in ipairs(call('ZRANGE', READY, 0, -1)) do
    local queue, ceiling = queueKey(route), '+inf'
    while true do
      local last = call('ZREVRANGEBYSCORE', queue, ceiling, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
      if #last == 0 then break end
      local low = math.floor(last[2] / SEQ_SPAN) * SEQ_SPAN
      local newest = last[2] - low
      if newest >= before then
        local head = call('ZREVRANGEBYSCORE', queue, '(' .. digits(low + before), digits(low), 'WITHSCORES', 'LIMIT', 0, 1)
        newest = head[2] and head[2] - low
      end
      if newest then bands[#bands + 1] = { queue = queue, low = low, seq = newest } end
      ceiling = '(' .. digits(low)
    end
  end
  table.sort(bands, newestFirst)
  for i = 1, math.min(#bands, limit + 1) do gather(bands[i].queue, bands[i].low, limit + 1) end
end

if state == '' or state == 'PENDING' then gatherWaiting() end
if state == '' or state == 'STARTED' then
  for _, session in ipairs(call('ZRANGE', SESSIONS, 0, -1)) do gather(runningKey(session), 0, limit + 1) end
end
for _, ended in ipairs(ENDED_STATES) do
  if state == '' or state == ended then gather(endedKey(ended), 0, limit + 1) end
end

table.sort(found, newestFirst)
local answer, bytes = { 0 }, 0
for i, task in ipairs(found) do
  if i > limit or bytes > LIST_BYTES_MAX then
    answer[1] = 1
    break
  end
  local texts = readTask(task.id)
  for _, text in ipairs(texts) do bytes = bytes + #text end
  answer[#answer + 1] = task.id
  answer[#answer + 1] = texts
end
return answer
