-- Accepts the ends of attempts from their holders: succeed, fail, cancelHeld.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    the ends, see ends.lua; then per end: result or error (JSON)
-- Returns { successes kept in this shard, and their size in bytes; failures, and theirs; then
--         the numbers, from 1, of the ends that are stale }. The others are accepted: now, or
--         before, if that answer was lost
local now = readClock()
local nowText = digits(now)
local answer = { 0, 0, 0, 0 }
-- id → the token its end was accepted under, or false
local settled = {}

-- If one that is gone is hidden, a task without text ends.
local anyGone = mayBeGone()

-- Whether the task has ended by this very attempt.
local function endedBy(id, token)
  local ending = call('HGET', ENDS, id)
  return ending and string.match(ending, '^%u+ %d+ %S+ %d+ (%d+)') == token
end

-- The route that the task's text says.
local function routeOf(id)
  local head = parseHead(call('HGET', TASKS, id) or '')
  return head and head.route
end

local groups, ids = readEnds(ARGV[1])
if #ids ~= #ARGV - 1 then error('as many ends as bodies are expected') end
local holders = call('HMGET', HOLDERS, unpack(ids))

local i = 0
for _, group in ipairs(groups) do
  for at = FIRST_END, #group, END_THINGS do
    i = i + 1
    local id, token, held = group[at], group[at + 1], holders[i]
    local current, seq, session, size, attempt = parseHolder(held)
    if current == token and settled[id] == nil then
      if group.session ~= session or group.attempt ~= attempt then turn(group, session, attempt) end
      settled[id] = false
      leaveStarted(id, session, group.route or routeOf(id))
      if group.isMarked then unmark(session, token, id) end
      if not anyGone or call('HEXISTS', TASKS, id) == 1 then
        if not sizes[size] then readSize(size) end
        local bytes = sizes[size] or call('HSTRLEN', TASKS, id)
        -- Most tasks have no past.
        if attempt ~= '1' then bytes = bytes + call('HSTRLEN', PAST, id) end
        local state = group.state
        if state == 'FAILURE' and isCancelled(id) then state = 'CANCELLED' end
        local ending = group.endings[state] or endingOf(group, state, nowText)
        local text = ending.begins .. group[at + 2] .. ' ' .. held .. '\n' .. ARGV[i + 1]
        putEnded(ending.to, id, seq, ending.things, nowText, text, bytes, keeps[size])
        settled[id] = token
      end
    end
    if settled[id] ~= token and (settled[id] ~= nil or not endedBy(id, token)) then
      -- Another attempt has begun since, or this one was taken back, or the task is gone.
      answer[#answer + 1] = i
    end
  end
end

writeLeft()
writeEnded(now)
writeEvents(now)
if #answer > 4 then call('HINCRBY', META, 'stale', #answer - 4) end
local successes, kept = call('ZCARD', endedKey('SUCCESS')), call('HMGET', META, 'successes', 'failures')
answer[1], answer[2] = successes, tonumber(kept[1] or 0)
answer[3], answer[4] = call('HLEN', ENDS) - successes, tonumber(kept[2] or 0)
return answer
