-- Reads tasks that match a filter, newest first by creation number, wherever they are.
-- Scheduled, running and ended tasks have an index by that number; for waiting ones see
-- waiting.lua. One step: it looks at so many tasks and bytes, and returns how far it came. First
-- it finds out which tasks come next; if that takes more than one step, the next one is told
-- what was found.
-- ARGV    number of shards of which this is one; what is asked, JSON: states (a list), before (a
--         creation number: only tasks before it), limit (tasks), brief (true: without payloads and
--         results), filter (fits.lua), floor (a creation number: only tasks from there on); and, of
--         former steps, rest (waiting.lua, to find out on), found (id, creation number, … of the tasks
--         that come next) and search (how far the first of them was searched)
-- Returns 'unsettled' if the shard does not have that number; or, if it has not found out in this
--         step, { 'rest', now (ms), floor, rest, or nothing if there is none, found: id, creation
--         number, … };
--         or { 'page', now (ms), 1 if there may be more or 0, creation number: all from there on
--         were looked at (0: all), how far the next one was searched, if in part (a list), then id,
--         what readTask tells, id, … }
if numberHere() ~= ARGV[1] then return 'unsettled' end
local asked, now = cjson.decode(ARGV[2]), readClock()
local isFiltered, isBegun = next(asked.filter) ~= nil, #asked.rest > 0
local count = isFiltered and FIND_CUT_MAX or asked.limit + 1
openFilter(asked.filter)
local oldest, newest = seqsOf(asked.filter)
openPage(math.min(asked.before, newest), math.max(asked.floor, oldest), count)
local has, rest, seen = {}, nil, {}
for _, state in ipairs(asked.states) do has[state] = true end

if #asked.found > 0 then
  addSource(nil, 0, nil, nil, asked.found)
elseif has.PENDING then
  rest = gatherWaiting(isBegun and asked.rest or { '-inf', '+inf', '' }, fitsRoute)
end
if #asked.found == 0 and not rest then gatherPlaced(has) end
cutSources(wanted)
local function floorNow() return digits(floor > oldest and floor or 0) end

if rest or isBegun then
  local found = {}
  for id, seq in nextTask do
    found[#found + 1], found[#found + 2] = id, digits(seq)
    if #found == 2 * wanted then floor = seq break end
  end
  return { 'rest', now, floorNow(), rest or {}, found }
end

local bytes = 0
-- What is known of the task, if it fits; nil if not. Or where to go on with it, as texts.
local function look(id, state)
  -- To pass over an id is no command, but it costs about as much as a part of one.
  looks = looks + 0.5
  if seen[id] or not fitsId(id) then return end
  seen[id], looks = true, looks + 0.5
  local text = call('HGET', TASKS, id)
  bytes = bytes + #(text or '')
  if not text or isFiltered and not fitsText(text) then return end
  local known = readTask(id, text)
  looks, bytes = looks + 4, bytes + #known[2]
  if not state and not has[stateOf(known)] then return end
  if not isFiltered then return known end
  if not fitsAttempts(known) or not fitsEnd(known) then return end
  local isBegun = asked.search[1] == id
  local fits, part, at = fitsTexts(known, isBegun and asked.search[2] or 1, isBegun and asked.search[3] or 1)
  if fits == nil then return nil, { id, part, at } end
  return fits and known or nil
end

local answer, tasks, limit = { 'page', now, 0, '0', {} }, 0, looks + FIND_LOOKS_MAX
for id, seq, state in nextTask do
  local known, search = look(id, state)
  if search then
    answer[3], answer[4], answer[5] = 1, digits(seq + 1), search
    return answer
  end
  if known and tasks == asked.limit then
    answer[3] = 1
    return answer
  end
  if known then
    tasks = tasks + 1
    answer[#answer + 1], answer[#answer + 2] = id, asked.brief and briefly(known) or known
  end
  if known or tasks < asked.limit then answer[4] = digits(seq) end
  if (looks > limit or bytes > FIND_BYTES_MAX or searched > FIND_SEARCH_BYTES_MAX) and sources[1] then
    answer[3] = 1
    return answer
  end
end
if floor > oldest then answer[3] = 1 end
answer[4] = floorNow()
return answer
