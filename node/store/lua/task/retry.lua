-- Reopens ended tasks, except successes: they wait for another round, reopen; or until it is
-- due, reopenLater. Their failures, crashes, losses and expiry begin again; their attempts stay.
-- ARGV    per task: id, round that is meant or '', due after (ms), expires this long after that
--         (ms), or 0 for never
-- Returns { now (ms), answers: for as many of the tasks as it got through, from the first: 0 if
--         there is none, or it cannot be read, 1 if nothing was done (another round is meant),
--         2 if it has not ended, 3 if it was a success, 4 if it waits, or when it is due (ms) as
--         text; then per route with tasks that wait now: route, tasks, lowest rank }
local now, answers = readClock(), {}
-- Places that this script gives.
local first, last, count = nil, nil, 0
local reopened = 0

-- The attempt that ended it, if one did, becomes its past.
local function keepAttempt(id, head, ending)
  local ended, how, started, token, attempt, claimed, session =
    string.match(ending, '^%u+ (%d+) ([^ ]+) (%d+) (%d+) (%d+) (%d+)[^ ]* %d+ [^ ]+ ([^\n]+)\n')
  if not ended then return end
  local rest = { session, claimed, ended, how .. ' ' .. started }
  if how == 'failure' or how == 'timeout' then rest[5] = string.match(ending, '\n(.*)$') end
  addPast(id, token, head.round, rest)
  head.attempts = attempt
end

local function reopen(id, text, head, ending, after, expires)
  reopened = reopened + 1
  leaveEnded(id, ending)
  keepAttempt(id, head, ending)
  head.failures, head.crashes, head.losses, head.round = '0', '0', '0', digits(head.round + 1)
  head.due = after > 0 and now + after or 0
  head.expires = expires > 0 and now + after + expires or 0
  call('HSET', TASKS, id, withHead(text, head))
  bindExpiry(id, head.expires)
  note('r ' .. aboutOf(head), id .. ' ' .. digits(head.due))
  if after > 0 then
    toScheduled(id, head.route, head.seq, head.due)
    return digits(head.due)
  end
  local place = nextPlace(now)
  first, last, count = first or place, place, count + 1
  admitRoute(head.route)
  waitAt(id, head, place)
  return 4
end

for i = 1, #ARGV, 4 do
  if isStepFull() then break end
  local id, round = ARGV[i], ARGV[i + 1]
  local text, ending = readText(id), call('HGET', ENDS, id)
  local head, state = text and parseHead(text), ending and parseEnd(ending)
  local answer = 0
  if head and round ~= '' and round ~= head.round then answer = 1
  elseif head and not ending then answer = 2
  elseif head and state == 'SUCCESS' then answer = 3
  elseif head and state then
    answer = reopen(id, text, head, ending, tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]))
  end
  answers[#answers + 1] = answer
end
if reopened > 0 then call('HINCRBY', META, 'reopened', reopened) end
if first and last - first + 1 == count then noteRun(first, last) end
writeOrder()
writeQueues()
writeScheduled()
writeExpiry()
writeEvents(now)
return tellWaiting({ digits(now), answers })
