-- Accepts the ends of attempts from their holders: succeed, fail, cancelHeld.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    the lines of the ends, see ends.lua; then per end: result or error (JSON)
-- Returns { successes kept in this shard, and their size in bytes; failures, and theirs; then
--         the numbers, from 1, of the ends that are stale }. The others are accepted: now, or
--         before, if that answer was lost
local now = readClock()
local nowText = digits(now)
local answer = { 0, 0, 0, 0 }
-- id → the token its end was accepted under, or false
local settled = {}

-- Whether there are tasks whose text is gone (deleted by hand). One question for all, since
-- asking for each took a tenth of Redis's time for a task. (An additional text, written by
-- hand, would hide one that is gone; then a task without text ends.)
local mayBeGone = call('HLEN', TASKS) ~= textsExpected()

-- Whether the task has ended by this very attempt.
local function endedBy(id, token)
  local ending = call('HGET', ENDS, id)
  return ending and string.match(ending, '^%u+ %d+ %S+ %d+ (%d+)') == token
end

-- The route that a line says; if it says none, the one that the task's text says.
local function routeOf(id, said)
  if said ~= '*' then return said end
  local head = parseHead(call('HGET', TASKS, id) or '')
  return head and head.route
end

local ids, tokens, starts, alike = readEnds(ARGV[1])
if #ids ~= #ARGV - 1 then error('as many lines as bodies are expected') end

-- What of an end of these is the same for all: how it begins in ENDS, and the things of its
-- line among the events. Both are kept at hand.
local function partsOf(group, state, session, attempt)
  if group.made ~= state or group.session ~= session or group.attempt ~= attempt then
    group.made, group.session, group.attempt = state, session, attempt
    group.begins = state .. ' ' .. nowText .. ' ' .. group.how .. ' '
    group.things = thingsOf(table.concat({ 'z', state, group.how, session, attempt, group.about }, ' '))
  end
  return group.begins, group.things
end

local holders = call('HMGET', HOLDERS, unpack(ids))
-- What is known of the task that ends now.
local head = {}

for i, id in ipairs(ids) do
  local token, held = tokens[i], holders[i]
  local current, seq, session, size, attempt = parseHolder(held)
  if current == token and settled[id] == nil then
    local group = alike[i]
    settled[id] = false
    leaveStarted(id, session, routeOf(id, group.route))
    unmark(session, token, id)
    if not mayBeGone or call('HEXISTS', TASKS, id) == 1 then
      local state = group.state
      if state == 'FAILURE' and isCancelled(id) then state = 'CANCELLED' end
      local bytes, keep = tonumber(size), 0
      if not bytes then bytes, keep = string.match(size, '^(%d+),(%d+)$') end
      -- Most tasks have none.
      if attempt ~= '1' then bytes = bytes + call('HSTRLEN', PAST, id) end
      local begins, things = partsOf(group, state, session, attempt)
      head.seq, head.keep, head.things = seq, tonumber(keep), things
      putEnded(id, head, state, nowText, begins .. starts[i] .. ' ' .. held .. '\n' .. ARGV[i + 1], bytes)
      settled[id] = token
    end
  end
  if settled[id] ~= token and (settled[id] ~= nil or not endedBy(id, token)) then
    -- Another attempt has begun since, or this one was taken back, or the task is gone.
    answer[#answer + 1] = i
  end
end

writeLeft()
writeEnded(now)
writeEvents(now)
if #answer > 4 then call('HINCRBY', META, 'stale', #answer - 4) end
local successes, sizes = call('ZCARD', endedKey('SUCCESS')), call('HMGET', META, 'successes', 'failures')
answer[1], answer[2] = successes, tonumber(sizes[1] or 0)
answer[3], answer[4] = call('HLEN', ENDS) - successes, tonumber(sizes[2] or 0)
return answer
