-- A page of a list of tasks, newest first, merged from its sources: sorted sets, or bands of
-- them, whose scores are creation numbers above `low`. Each is read only as far as needed.

-- Two creation numbers: the page has only tasks before the first, and nothing older than the second.
local before, floor
-- How many tasks the page can need, commands that were run to find them, and members read in vain.
local wanted, looks, walked = 0, 0, 0
local sources = {} -- { key, low, state, seq of its next task, … }; a heap, once it is read from

local function openPage(beforeSeq, floorSeq, tasks)
  before, floor, wanted = math.min(beforeSeq, SEQ_SPAN), floorSeq, tasks
end

local function newestFirst(a, b) return a.seq > b.seq end

-- Reads the next tasks of a source. `leavesOut` returns those of some tasks that belong to it, and
-- down to which score there are no others. If too many do not, nothing older can be on the page.
local function readOn(source)
  local leavesOut, span = source.leavesOut, source.span
  source.page, source.at, source.span = {}, 1, math.min(span * 2, 64)
  while #source.page == 0 and not source.isOver do
    looks = looks + 1
    local read = call('ZREVRANGEBYSCORE', source.key, source.below, digits(source.low + floor), 'WITHSCORES', 'LIMIT', 0, span)
    local page, lowest = read, read[#read]
    if leavesOut then page, lowest = leavesOut(read, source.low) end
    source.isOver, source.page, source.below = #read < 2 * span, page, '(' .. (lowest or '')
    if #page == 0 and not source.isOver then
      walked, span = walked + span, lowest == read[#read] and math.min(span * 2, 64) or 2
      if walked > FIND_WALK_MAX then source.isOver, floor = true, math.max(floor, lowest - source.low) end
    end
  end
  source.seq = source.page[1] and source.page[2] - source.low
end

local function cutSources(count)
  table.sort(sources, newestFirst)
  if #sources > count then floor = math.max(floor, sources[count].seq) end
  for i = #sources, count + 1, -1 do sources[i] = nil end
end

-- Adds a source. `read`: what was read of it already, or nil.
local function addSource(key, low, state, leavesOut, read)
  local source = { key = key, low = low, state = state, leavesOut = leavesOut, span = 2, below = '(' .. digits(low + before) }
  if read then
    source.page, source.at, source.seq = read, 1, read[2] - low
    source.isOver, source.below = key == nil, '(' .. read[#read]
  else
    readOn(source)
  end
  if source.seq and source.seq >= floor then sources[#sources + 1] = source end
  if #sources > 2 * wanted then cutSources(wanted) end
end

-- Moves a source down in the heap, where the newest is on top and the children of each, at twice its
-- place, are older.
local function sink(at)
  local count = #sources
  while true do
    local newest = at
    for child = 2 * at, math.min(2 * at + 1, count) do
      if sources[child].seq > sources[newest].seq then newest = child end
    end
    if newest == at then return end
    sources[at], sources[newest], at = sources[newest], sources[at], newest
  end
end

-- Returns the next task's id, creation number and, if known, state; nothing at the end of the page.
local function nextTask()
  local source = sources[1]
  if not source or source.seq < floor then return end
  local id, seq = source.page[source.at], source.seq
  source.at = source.at + 2
  if source.at > #source.page then readOn(source) else source.seq = source.page[source.at + 1] - source.low end
  if not source.seq then
    sources[1] = sources[#sources]
    sources[#sources] = nil
  end
  sink(1)
  return id, seq, source.state
end
