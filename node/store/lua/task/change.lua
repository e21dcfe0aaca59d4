-- Changes a task that waits or is not due yet: its priority, options, and when it is due and
-- expires. By that it may come to wait, promote, or no longer be due, postpone.
-- ARGV    id; its options as the caller has seen them, and as they are to be (JSON, or nothing);
--         priority, or '' to leave it; when it is due and when it expires: ms, or + and ms after
--         now, or after it is due; or - for neither; or '' to leave it
-- Returns { 0 if there is none, 1 if it does not wait, 2 if its options differ, 3 if it would
--         expire before it is due, 4 if it waits, or when it is due (ms) as text; now (ms);
--         when it expires (ms) as text, or 0; then per route with tasks that wait now: route,
--         tasks, lowest rank }
local id, seen, options, priority, dueTold, expiresTold = unpack(ARGV)
local now, text = readClock(), call('HGET', TASKS, id)
if not text then return { 0 } end
if call('HEXISTS', HOLDERS, id) == 1 or call('HEXISTS', ENDS, id) == 1 then return { 1 } end
local head, was, payload = parseHead(text), string.match(text, '^[^\n]*\n([^\n]*)\n(.*)$')
if not head or was ~= seen then return { 2 } end

local due = dueTold == '' and head.due or momentOf(dueTold, now)
local expires = expiresTold == '' and head.expires or momentOf(expiresTold, math.max(now, due))
-- If nobody asks for other times, or what has begun once is taken over, it does not matter how late it is.
local isBound = mustBegin(id, head)
local isAsked = expiresTold ~= '' or isBound and dueTold ~= ''
if isAsked and expires > 0 and expires <= math.max(now, due) then return { 3 } end

local isScheduled = call('ZSCORE', DUE, id)
local rank = not isScheduled and tonumber(call('ZSCORE', queueKey(head.route), id))
if not isScheduled and not rank then return { 1 } end
head.priority, head.due, head.expires = tonumber(priority) or head.priority, due, expires
local changed = withHead('\n' .. options .. '\n' .. payload, head)
call('HSET', TASKS, id, changed)
note('g ' .. aboutOf(parseHead(changed)), id .. ' ' .. head.priority .. ' ' .. (due > now and digits(due) or '0'))
call('ZREM', EXPIRING, id)
if isBound then bindExpiry(id, expires) end
local answer = 4
if isScheduled then leaveScheduled({ id }, { head.route }) end
if due > now then
  if rank then leaveQueue(head.route, { id }) end
  toScheduled(id, head.route, head.seq, due)
  answer = digits(due)
elseif rank then
  -- At the same place among the tasks of its priority.
  waitAt(id, head, rank % SEQ_SPAN)
else
  local place = nextPlace(now)
  admitRoute(head.route)
  waitAt(id, head, place)
end
writeQueues()
writeScheduled()
writeExpiry()
writeEvents(now)
return tellWaiting({ answer, now, digits(expires) })
