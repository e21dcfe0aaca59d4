-- Gives waiting tasks to a session: claim. Lowest rank first across the routes asked for.
-- ARGV    session, generation, limit (tasks), route …
-- Returns { 'no_lease' } where the session's lease has run out or was revoked,
--         { 'stale_generation' } where the store has restarted since the node opened,
--         else { 'ok', waiting tasks left on each of these routes (blanks between), now (ms), token of the first
--         task (those of the others follow it), ids with blanks between, text of each … }
local session, generation, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = readClock()
local meta = call('HMGET', META, 'gen', 'token', 'attempts')
local refusal = refusalOf(session, generation, meta[1], now)
if refusal then return { refusal } end

local heads, take = openHeads({ unpack(ARGV, 4) }, limit)
-- Choose: reads only, some at a time, as long as they fit into one answer. A task whose
-- text is gone (deleted by hand) or none is dropped from its queue and nothing
-- else: there is nothing to run.
local token = tonumber(meta[2] or 0)
local claimed, holder = ' ' .. digits(now) .. ' ', ' ' .. session
local answer, ids, running, holders = { 'ok', '', now, token + 1 }, {}, {}, {}
local taken, bytes, unreadable = 0, 0, 0
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
    elseif text then
      unreadable = unreadable + 1
    end
  end
end

if unreadable > 0 then call('HINCRBY', META, 'forgotten', unreadable) end
if taken > 0 then toStarted(session, token + taken, meta[3] or 0, holders, running) end
answer[2], answer[5] = table.concat(leaveQueues(heads), ' '), table.concat(ids, ' ')
return answer
