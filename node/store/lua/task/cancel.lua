-- Ends tasks because somebody asked for it. One that waits or is not due yet ends at once:
-- cancel and cancelScheduled. One that runs is marked, for its holder to stop it; or, by force,
-- taken away from its holder, cancelStarted, which learns of that by the mark.
-- ARGV    who asks, why or '', 1 by force or 0, the state that is meant or ''; then per task: id,
--         round that is meant or ''
-- Returns, for as many of the tasks as it got through, from the first: 0 if there is none, or
--         its text is damaged, 1 if nothing was done (another round or state is meant, or it is
--         CANCELLED already), 2 if it is CANCELLED now, 3 if it had ended otherwise; or "session" of its
--         holder, which is to stop it (after "2 " if the task is CANCELLED now)
local by, why, force, state = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4]
local now = readClock()
local answers = {}
-- Tasks that this script has ended; one may be named twice.
local over = {}

local function noteCancel(id) call('HSET', CANCELS, id, digits(now) .. ' ' .. by .. '\n' .. why) end

local function cancelHeld(id, text, held)
  local token, _, session = parseHolder(held)
  note('c ' .. headOver(text, by, held).over, id .. ' ' .. token)
  noteCancel(id)
  call('ZADD', marksKey(session), now, token .. ' ' .. id)
  if not force then return session end
  over[id] = true
  leaveStarted(id, session, parseHead(text).route)
  cancelAttempt(id, text, held, now, lostAs(held, 'cancelled'), 0)
  return '2 ' .. session
end

local function cancelTask(id, text, round)
  local head = parseHead(text)
  if not head then return 0 end
  local ending, held = call('HGET', ENDS, id), call('HGET', HOLDERS, id)
  if over[id] or round ~= '' and round ~= head.round then return 1 end
  if ending then return string.match(ending, '^%u+') == 'CANCELLED' and 1 or 3 end
  local isDue = not held and call('ZSCORE', DUE, id)
  if state ~= '' and state ~= (held and 'STARTED' or isDue and 'SCHEDULED' or 'PENDING') then return 1 end
  if held then return cancelHeld(id, text, held) end
  over[id] = true
  noteCancel(id)
  call('ZREM', EXPIRING, id)
  if isDue then leaveScheduled({ id }, { head.route }) else leaveQueue(head.route, { id }) end
  toCancelled(id, head, now, '', '')
  return 2
end

for i = 5, #ARGV, 2 do
  if isStepFull() then break end
  local text = readText(ARGV[i])
  answers[#answers + 1] = text and cancelTask(ARGV[i], text, ARGV[i + 1]) or 0
end
writeLeft()
writeScheduled()
writeEnded(now)
writeEvents(now)
return answers
