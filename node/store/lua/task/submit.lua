-- Accepts new tasks: submit; or, if they are not due yet, schedule. If the session of the node
-- that brings them can have all of them, and no task waits before them on their routes, they
-- are its own at once: submitClaimed.
-- ARGV    session or '', its generation, those of the routes that no node serves (each between
--         blanks) or '', number of shards by which the tasks are this shard's;
--         for each task that has times a line: its number from 1, when it is due and when it
--         expires: ms, or + and ms after it is accepted, or due; or - for neither; how long it
--         is kept, ms, or 0;
--         the numbers of the tasks that become another run of their id if it is taken, between
--         blanks; the tasks, see new-tasks.lua;
--         then per task: payload (JSON)
-- Returns 'unsettled' if the shard does not have that number, else
--         { now (ms), token of the first task that is the session's (those of the others
--         follow it), or 0 if none is, then per task: its creation number, or, for a run
--         that has another id, { creation number, that id },
--         or -1 if ROUTES_MAX served routes have work already and its is not one of them,
--         or -2 if UNSERVED_ROUTES_MAX others have, and its is neither served nor one of these,
--         or, unchanged, the result of readKnown for the task that has the id; or -3, if there
--         is one that is to be asked for (known.lua), as those before it are large }
local session, unserved, now = ARGV[1], ARGV[3], readClock()
local created, claimed = ' ' .. digits(now) .. ' ', ' 1 ' .. digits(now) .. ' '
local meta = call('HMGET', META, 'seq', 'gen', 'token', 'shards', 'attempts', 'accepted', 'events')
if meta[4] ~= ARGV[4] then return 'unsettled' end
local seq = math.max(tonumber(meta[1] or 0), (now - SEQ_EPOCH_MS) * SEQ_PER_MS - 1)
local token = tonumber(meta[3] or 0)
local open, answers, accepted = {}, { now, 0 }, 0
local written, holders, running, leftover = {}, {}, {}, {}
local seqText, tokenText = risingDigits(), risingDigits()

local times, groups, ids = readTimes(ARGV[5], now), readTasks(ARGV[7])
-- Whether one of the routes has work already is asked before anything is written.
local isRefused = session == '' or refusalOf(session, ARGV[2], meta[2], now)
local claims = not isRefused and not haveMoments(times) and not anyWaits(groups)

local function isServed(route) return not string.find(unserved, ' ' .. route .. ' ', 1, true) end
local function isOpen(route)
  if open[route] == nil then open[route] = openRoute(route, isServed(route), seq + 1) end
  return open[route]
end

-- One question for all: mostly every id is new. Tasks of this batch with one id are told apart here.
local texts, seen, again, mayRunAgain = call('HMGET', TASKS, unpack(ids)), {}, {}, readNumbers(ARGV[6])
-- What is left of former tasks with such ids whose texts were deleted by hand.
local ends, i = mayBeGone() and endsLeft(ids, texts) or {}, 0

for _, group in ipairs(groups) do
  local route, priority, options = unpack(group, 1, 3)
  local tail = route .. '\n' .. options .. '\n'
  local plainTail = created .. '0 ' .. tail
  for at = FIRST_ID, #group do
    i = i + 1
    local id, text, timed = group[at], texts[i], times[i]
    local run, due = mayRunAgain[i] and nextRun(id, seen), timed and timed.due > now and timed.due
    if run then id = run.id end
    if not run and (seen[id] or text) then
      again[#again + 1] = i
    elseif due or claims or isOpen(route) then
      accepted, seq = accepted + 1, seq + 1
      local number, last = seqText(seq), accepted * 2
      if run then keepRun(run) elseif ends[i] then leftover[id] = ends[i] end
      local rest = timed and created .. newCounts(timed) .. ' ' .. tail or plainTail
      local new = priority .. ' ' .. number .. rest .. ARGV[i + 7]
      written[last - 1], written[last] = id, new
      if timed then bindExpiry(id, timed.expires) end
      noteNew(id, group, due, claims and session, token + accepted)
      if due then
        toScheduled(id, route, number, due)
      elseif claims then
        local size = timed and TEXTS[#new] .. ',' .. digits(timed.keep) or TEXTS[#new]
        local held = tokenText(token + accepted) .. claimed .. number .. ' ' .. size .. ' ' .. session
        holders[last - 1], holders[last] = id, held
        running[last - 1], running[last] = number, id
        countOn(startedOn, route, 1)
      else
        toPending(id, route, priority, seq, seq)
      end
      answers[i + 2], seen[id] = run and { seq, id } or seq, true
    else
      answers[i + 2] = isServed(route) and -1 or -2
    end
  end
end

if accepted > 0 then
  clearEnded(leftover)
  local bytes = (tonumber(meta[7] or '') or 0) + closeEvents()
  call('HSET', META, 'seq', digits(seq), 'accepted', digits((meta[6] or 0) + accepted), 'events', digits(bytes))
  if claims then
    answers[2] = token + 1
    toStarted(session, token + accepted, meta[5] or 0, holders, running)
  end
  call('HSET', TASKS, unpack(written))
  writeQueues()
  writeScheduled()
  writeExpiry()
  addEntry(bytes, now)
end
for _, i in ipairs(again) do answers[i + 2] = isStepFull() and -3 or readKnown(ids[i], #ARGV[i + 7]) end
return answers
