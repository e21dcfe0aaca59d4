-- What is known of a task: { its text, its end or '', its past or '', its place among the
-- holders or '', 1 if it is SCHEDULED or '', who asked it to end }, the last two only if they
-- are not empty; {} if there is no such task. Shared by all scripts that answer with tasks.
-- `read`: its text, if that is at hand.
local function readTask(id, read)
  local text = read or call('HGET', TASKS, id)
  if not text then return {} end
  local ending = call('HGET', ENDS, id)
  local held = not ending and call('HGET', HOLDERS, id)
  local known = { text, ending or '', call('HGET', PAST, id) or '', held or '' }
  if not ending and not held and call('ZSCORE', DUE, id) then known[5] = '1' end
  local cancel = call('HGET', CANCELS, id)
  if cancel then known[5], known[6] = known[5] or '', cancel end
  return known
end

-- The same, unless the task has more than so many bytes; then { bytes, 1 if it has ended or 0 },
-- and nothing that is large is read.
local function readWithin(id, bytesMax)
  local ending = call('HSTRLEN', ENDS, id)
  local bytes = ending + call('HSTRLEN', TASKS, id) + call('HSTRLEN', PAST, id)
  if bytes > bytesMax then return { bytes, ending > 0 and 1 or 0 } end
  return readTask(id)
end

-- What readTask returns, without payload and result.
local function briefly(known)
  known[1] = string.match(known[1], '^[^\n]*\n[^\n]*\n') or known[1]
  if string.sub(known[2], 1, 7) == 'SUCCESS' then known[2] = string.match(known[2], '^[^\n]*\n') or known[2] end
  return known
end
