-- Gives waiting tasks to a session: PENDING → STARTED, lowest rank first across
-- the routes asked for.
-- ARGV    session, generation, limit (tasks), route …
-- Returns { 'no_lease' } where the session's lease has run out or was revoked,
--         { 'stale_generation' } where the store has restarted since the node opened,
--         else { 'ok', waiting tasks left on each of these routes (blanks between), now (ms), token of the first
--         task (those of the others follow it), ids with blanks between, text of each … }
local session, generation, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = readClock()
local meta = call('HMGET', META, 'gen', 'token')
local refusal = refusalOf(session, generation, meta[1], now)
if refusal then return { refusal } end

local heads, take = openHeads({ unpack(ARGV, 4) }, limit)
-- Choose: reads only, some at a time, as long as they fit into one answer. A task whose
-- text is gone (deleted by hand) or none is dropped from its queue and nothing
-- else: there is nothing to run.
local token = tonumber(meta[2] or 0)
local claimed, holder = ' ' .. digits(now) .. ' ', ' ' .. session
local answer, ids, running, holders = { 'ok', '', now, token + 1 }, {}, {}, {}
local taken, bytes = 0, 0
while taken < limit and bytes < CLAIM_BATCH_BYTES_MAX do
  local chosen = take(math.min(limit - taken, READ_TASKS_MAX))
  if #chosen == 0 then break end
  for i, text in ipairs(call('HMGET', TASKS, unpack(chosen))) do
    local seq, attempts = string.match(text or '', '^[^ ]+ (%d+) [^ ]+ (%d+)')
    if seq then
      taken = taken + 1
      bytes = bytes + #text
      local at = taken * 2
      ids[taken], answer[taken + 5] = chosen[i], text
      running[at - 1], running[at] = seq, chosen[i]
      holders[at - 1] = chosen[i]
      -- Mostly it is the first: no need to turn a text into a number and back.
      local attempt = attempts == '0' and '1' or attempts + 1
      holders[at] = digits(token + taken) .. ' ' .. attempt .. claimed .. seq .. holder
    end
  end
end

if taken > 0 then give(session, token + taken, holders, running) end
local left, removed = {}, 0
for i, head in ipairs(heads) do
  local queue = queueKey(head.route)
  if head.taken > 0 then call('ZREMRANGEBYRANK', queue, 0, head.taken - 1) end
  removed = removed + head.taken
  local waiting = call('ZCARD', queue)
  if waiting == 0 then call('ZREM', READY, head.route) end
  left[i] = waiting
end
if removed > 0 then call('HINCRBY', COUNTS, 'PENDING', -removed) end
answer[2], answer[5] = table.concat(left, ' '), table.concat(ids, ' ')
return answer
