-- A page of a list of tasks, newest first: what was found so far that may be on it.

local found = {}
-- Nothing older than this can be on the page.
local floor = 0
-- Creation number: only tasks before it. And how many.
local before, limit

local function openPage(beforeSeq, tasks) before, limit = math.min(beforeSeq, SEQ_SPAN), tasks end

local function newestFirst(a, b) return a.seq > b.seq end

-- Tasks of a sorted set with scores from `low` up to `low` + before, as far as they may be
-- on the page, but those that `leavesOut` says of some, read together. What was found is cut to it now and then, which
-- raises the floor: of the bands that come later there is less and less to read.
local function gather(key, low, leavesOut)
  local below, wanted = '(' .. digits(low + before), limit + 1
  local span = leavesOut and READ_TASKS_MAX or limit + 1
  repeat
    local page = call('ZREVRANGEBYSCORE', key, below, digits(low + floor), 'WITHSCORES', 'LIMIT', 0, span)
    local out = leavesOut and leavesOut(page) or {}
    for i = 1, #page, 2 do
      if wanted > 0 and not out[page[i]] then
        found[#found + 1] = { id = page[i], seq = page[i + 1] % SEQ_SPAN }
        wanted = wanted - 1
      end
    end
    below = '(' .. (page[#page] or '')
  until wanted <= 0 or #page < 2 * span
  if #found <= 2 * limit then return end
  table.sort(found, newestFirst)
  for i = #found, limit + 2, -1 do found[i] = nil end
  floor = found[limit + 1].seq
end
