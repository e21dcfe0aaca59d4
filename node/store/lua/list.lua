-- Reads tasks, newest first. Ended and running tasks have an index by creation number.
-- Waiting ones are read from their queues, which are sorted by priority and, within one,
-- by creation number: bands. Of each band first the newest task only, hopping from one
-- priority in use to the next; then the bands in the order of these, as far as they can
-- hold one of the tasks wanted.
-- ARGV    state or '' for all, creation number (only tasks before it), limit (tasks), number
--         of shards of which this is one
-- Returns 'unsettled' if the shard does not have that number,
--         else 1 where there are more, older ones, or 0; then id, what readTask tells, id, …
local state, before, limit = ARGV[1], math.min(tonumber(ARGV[2]), SEQ_SPAN), tonumber(ARGV[3])
if numberHere() ~= ARGV[4] then return 'unsettled' end
local found = {}
local function newestFirst(a, b) return a.seq > b.seq end

-- Nothing older than this can be on the page.
local floor = 0

-- Tasks of a sorted set with scores from `low` up to `low` + before, as far as they may be
-- on the page. What was found is cut to it now and then, which raises the floor: of the
-- bands that come later there is less and less to read.
local function gather(key, low)
  local page = call('ZREVRANGEBYSCORE', key, '(' .. digits(low + before), digits(low + floor),
    'WITHSCORES', 'LIMIT', 0, limit + 1)
  for i = 1, #page, 2 do found[#found + 1] = { id = page[i], seq = page[i + 1] % SEQ_SPAN } end
  if #found <= 2 * limit then return end
  table.sort(found, newestFirst)
  for i = #found, limit + 2, -1 do found[i] = nil end
  floor = found[limit + 1].seq
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
  if #bands > limit then floor = bands[limit + 1].seq end
  for _, band in ipairs(bands) do
    if band.seq < floor then break end
    gather(band.queue, band.low)
  end
end

if state == '' or state == 'PENDING' then gatherWaiting() end
if state == '' or state == 'STARTED' then
  for _, session in ipairs(call('ZRANGE', SESSIONS, 0, -1)) do gather(runningKey(session), 0) end
end
for _, ended in ipairs(ENDED_STATES) do
  if state == '' or state == ended then gather(endedKey(ended), 0) end
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
