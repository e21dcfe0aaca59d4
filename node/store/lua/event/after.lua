-- Reads what happened after a place in the stream, one step at a time; or returns its end.
-- ARGV    generation in which the reader has read up to that place, bytes and ms of it (see
--         events.lua); or '' for the end
-- Returns { how, now (ms), generation, bytes, ms (of the place from which this goes on), 1 if
--         there is more or 0, then per entry: its place as the stream has it, its text }. How:
--         'on'       nothing is missing
--         'trimmed'  what follows the reader's place is gone, up to the returned place
--         'lost'     the store has lost writes, perhaps some that the reader has read: it goes
--                    on from the end
local known, bytes, ms = ARGV[1], ARGV[2], ARGV[3]
local meta = call('HMGET', META, 'gen', 'events')
local generation, total = meta[1] or '0', tonumber(meta[2] or '') or 0

local function goOn(how, place, page, more)
  local entryBytes, entryMs = string.match(place, '^(%d+)-(%d+)$')
  local answer = { how, digits(readClock()), generation, entryBytes, entryMs, more and 1 or 0 }
  for _, entry in ipairs(page) do
    answer[#answer + 1] = entry[1]
    answer[#answer + 1] = entry[2][2]
  end
  return answer
end

local function endOf()
  local newest = call('XREVRANGE', EVENTS, '+', '-', 'COUNT', 1)[1]
  return newest and newest[1] or digits(total) .. '-0'
end
if known == '' then return goOn('on', endOf(), {}) end

-- As many as fit into one answer. The first is the place itself, if it is still there.
local from = bytes .. '-' .. ms
local page, size, more = {}, 0, true
local last = from
while more and size < EVENTS_STEP_BYTES do
  local some = call('XRANGE', EVENTS, #page == 0 and last or '(' .. last, '+', 'COUNT', READ_TASKS_MAX)
  more = #some == READ_TASKS_MAX
  for _, entry in ipairs(some) do
    page[#page + 1] = entry
    size = size + #entry[2][2]
    last = entry[1]
  end
  if #some == 0 then break end
end
if page[1] and page[1][1] == from then
  table.remove(page, 1)
  return goOn('on', from, page, more)
end
-- A shard that nobody has opened yet has no stream.
if known ~= generation and known ~= '0' then return goOn('lost', endOf(), {}) end
local first = call('XRANGE', EVENTS, '-', '+', 'COUNT', 1)[1]
-- Where the first entry begins; or, if there is none, where the next will.
local start = first and string.match(first[1], '^%d+') - #first[2][2] - EVENT_ENTRY_BYTES or total
if start == tonumber(bytes) then return goOn('on', from, page, more) end
if start < tonumber(bytes) then return goOn('lost', endOf(), {}) end
return goOn('trimmed', digits(start) .. '-0', page, more)
