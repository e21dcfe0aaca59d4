-- Waiting tasks for a page of a list. They are read from their queues, which are sorted by
-- priority and, within one, by place, mostly the creation number: bands. Of each band first
-- the newest task only, hopping from one priority in use to the next; then the bands in the
-- order of these, as far as they can hold one of the tasks wanted. Tasks at another place
-- have an index of their own.

local anyDisplaced = call('EXISTS', DISPLACED) == 1

-- Of ids, each with a score behind it, those at another place: id → true.
local function displacedOf(page)
  local ids, out = {}, {}
  for i = 1, #page, 2 do ids[#ids + 1] = page[i] end
  if #ids == 0 or not anyDisplaced then return out end
  for i, seq in ipairs(call('ZMSCORE', DISPLACED, unpack(ids))) do out[ids[i]] = seq and true end
  return out
end

-- Creation number of the newest task of a band that its place lists.
local function newestOf(queue, low)
  local below, span = '(' .. digits(low + before), anyDisplaced and READ_TASKS_MAX or 1
  repeat
    local page = call('ZREVRANGEBYSCORE', queue, below, digits(low), 'WITHSCORES', 'LIMIT', 0, span)
    local displaced = displacedOf(page)
    for i = 1, #page, 2 do
      if not displaced[page[i]] then return page[i + 1] - low end
    end
    below = '(' .. (page[#page] or '')
  until #page < 2 * span
end

local bands = {}

-- Leaves those that may hold one of the tasks wanted.
local function cutBands()
  table.sort(bands, newestFirst)
  if #bands > limit then floor = math.max(floor, bands[limit + 1].seq) end
  for i = #bands, limit + 2, -1 do bands[i] = nil end
end

local function findBands(queue)
  local ceiling = '+inf'
  while true do
    local last = call('ZREVRANGEBYSCORE', queue, ceiling, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if #last == 0 then break end
    local low = math.floor(last[2] / SEQ_SPAN) * SEQ_SPAN
    local newest = last[2] - low
    if newest >= before or displacedOf(last)[last[1]] then newest = newestOf(queue, low) end
    if newest then bands[#bands + 1] = { queue = queue, low = low, seq = newest } end
    ceiling = '(' .. digits(low)
  end
  if #bands > 2 * limit then cutBands() end
end

-- Routes go by their newest task, so of many those at the end need no look.
local function gatherWaiting()
  local at = 0
  repeat
    local routes = call('ZREVRANGE', ROUTES, at, at + READ_TASKS_MAX - 1, 'WITHSCORES')
    for i = 1, #routes, 2 do
      if tonumber(routes[i + 1]) >= floor then findBands(queueKey(routes[i])) end
    end
    at = at + READ_TASKS_MAX
  until #routes < 2 * READ_TASKS_MAX or tonumber(routes[#routes]) < floor
  cutBands()
  for _, band in ipairs(bands) do
    if band.seq < floor then break end
    gather(band.queue, band.low, anyDisplaced and displacedOf)
  end
  gather(DISPLACED, 0)
end
