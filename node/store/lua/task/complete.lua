-- Accepts the ends of attempts from their holders: succeed, fail, cancelHeld.
-- The token is the fence: the end of an attempt that is no longer the task's
-- changes nothing but the count of such refusals.
-- ARGV    "id token state how started(ms) round route tags", a line per end, the tags between
--         commas, or * for none; then per end: result or error (JSON)
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

-- The route that the end's line says; if it does not, the one that the task's text says.
local lastAbout, lastRoute
local function routeOf(id, about)
  if about ~= lastAbout then lastAbout, lastRoute = about, string.match(about, '^[^ ]+ ([^ ]+)') end
  if lastRoute ~= '*' then return lastRoute end
  local head = parseHead(call('HGET', TASKS, id) or '')
  return head and head.route
end

local ids, tokens, states, hows, starts, abouts = {}, {}, {}, {}, {}, {}
for id, token, state, how, started, about in string.gmatch(ARGV[1], '([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^\n]+)\n') do
  local i = #ids + 1
  ids[i], tokens[i], states[i], hows[i], starts[i], abouts[i] = id, token, state, how, started, about
end
if #ids ~= #ARGV - 1 then error('as many lines as bodies are expected') end
local holders = call('HMGET', HOLDERS, unpack(ids))
-- What is known of the task that ends now; and what its line says, which is mostly also
-- what the next one says.
local head, line = {}, {}

for i, id in ipairs(ids) do
  local token = tokens[i]
  local held, seq, session, size, attempt = parseHolder(holders[i])
  if held == token and settled[id] == nil then
    settled[id] = false
    leaveStarted(id, session, routeOf(id, abouts[i]))
    unmark(session, token, id)
    if not mayBeGone or call('HEXISTS', TASKS, id) == 1 then
      if states[i] == 'FAILURE' and isCancelled(id) then states[i] = 'CANCELLED' end
      local bytes, keep = tonumber(size), 0
      if not bytes then bytes, keep = string.match(size, '^(%d+),(%d+)$') end
      -- Most tasks have none.
      if attempt ~= '1' then bytes = bytes + call('HSTRLEN', PAST, id) end
      local state, how, about = states[i], hows[i], abouts[i]
      if line[1] ~= state or line[2] ~= how or line[3] ~= session or line[4] ~= attempt or line[5] ~= about then
        line = { state, how, session, attempt, about }
        head.things = thingsOf('z ' .. table.concat(line, ' '))
      end
      head.seq, head.keep = seq, tonumber(keep)
      toEnded(id, head, state, nowText, ' ' .. how .. ' ' .. starts[i] .. ' ' .. holders[i], ARGV[i + 1], bytes)
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
