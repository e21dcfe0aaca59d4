-- Gives waiting tasks to a session: claim. Lowest rank first across the routes asked for.
-- Tasks that should have begun earlier end instead: expire.
-- ARGV    session, generation, limit (tasks), smaller limits of some of the routes together:
--         "tasks:number,number …", a blank between two, the routes by their numbers from 1;
--         which of the tasks that wait on all routes may come, see tasksInTurn ('': any);
--         then route …
-- Returns { 'no_lease' } if the session's lease has expired or was revoked,
--         { 'stale_generation' } if the store has restarted since the node opened,
--         else { 'ok', waiting tasks left on each of these routes (blanks between), now (ms),
--         token of the first task (those of the others follow it), ids with blanks between,
--         text of each … }
local session, generation, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = readClock()
local meta = call('HMGET', META, 'gen', 'token', 'attempts', 'events')
local refusal = refusalOf(session, generation, meta[1], now)
if refusal then return { refusal } end

-- Whether there are any.
local mayExpire, mayBeDisplaced = call('EXISTS', EXPIRING) == 1, call('EXISTS', DISPLACED) == 1

-- Ends those of these tasks that have expired; the expiry of the others no longer counts.
-- Returns which have expired, and how many.
local function settleExpiry(chosen, texts)
  local expired, over, ended = {}, {}, 0
  for i, expires in ipairs(call('ZMSCORE', EXPIRING, unpack(chosen))) do
    if expires then over[#over + 1] = chosen[i] end
    if expires and tonumber(expires) <= now and texts[i] then
      local head = parseHead(texts[i])
      -- Left behind by a task that was deleted by hand? Whoever has the id now keeps it.
      if head and head.expires == tonumber(expires) then
        expired[i], ended = true, ended + 1
        expireTask(chosen[i], head, now)
      end
    end
  end
  if #over > 0 then call('ZREM', EXPIRING, unpack(over)) end
  return expired, ended
end

local routes = { unpack(ARGV, 6) }
limit = tasksInTurn(routes, ARGV[5], limit)
local heads, take = openHeads(routes, math.max(limit, 1), ARGV[4])
-- Choose: as many at a time as fit into one answer. A task whose text is gone or damaged
-- (deleted or written by hand) is dropped from its queue and nothing else, since there is
-- nothing to run. One that has expired counts like one that is given.
local token = tonumber(meta[2] or 0)
local tokenText, alike = risingDigits(), {}
local answer, ids, running, holders = { 'ok', '', now, token + 1 }, {}, {}, {}
local taken, ended, bytes, unreadable = 0, 0, 0, 0
while taken + ended < limit and bytes < CLAIM_BATCH_BYTES_MAX do
  local chosen = take(math.min(limit - taken - ended, READ_TASKS_MAX))
  if #chosen == 0 then break end
  local texts = call('HMGET', TASKS, unpack(chosen))
  local expired, more = {}, 0
  if mayExpire then expired, more = settleExpiry(chosen, texts) end
  ended = ended + more
  if mayBeDisplaced then call('ZREM', DISPLACED, unpack(chosen)) end
  for i, text in ipairs(texts) do
    local seq, rest = string.match(text or '', '^[^ ]+ (%d+) [^ ]+ (%d[^\n]*\n?\n?)')
    local own = tokenText(token + taken + 1)
    local isSound = seq and not expired[i]
    if isSound and rest ~= alike.rest then alike = alikeOf(rest, text, session, now, own) or {} end
    if isSound and alike.things then
      taken = taken + 1
      bytes = bytes + #text
      local id, at = chosen[i], taken * 2
      local things = alike.things
      things[#things + 1], alike.tasks = id, alike.tasks + 1
      ids[taken], answer[taken + 5] = id, text
      running[at - 1], running[at] = seq, id
      holders[at - 1], holders[at] = id, own .. alike.attempt .. seq .. ' ' .. TEXTS[#text] .. alike.holder
    elseif text and not expired[i] then
      unreadable = unreadable + 1
    end
  end
end

if unreadable > 0 then call('HINCRBY', META, 'forgotten', unreadable) end
if taken > 0 then
  local written = (tonumber(meta[4] or '') or 0) + closeEvents()
  countAlike()
  toStarted(session, token + taken, meta[3] or 0, holders, running, 'events', digits(written))
  addEntry(written, now)
else
  writeEvents(now)
end
writeEnded(now)
answer[2], answer[5] = table.concat(leaveQueues(heads), ' '), table.concat(ids, ' ')
return answer
