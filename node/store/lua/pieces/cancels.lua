-- Tasks that somebody has asked to end. If such a task runs, it ends CANCELLED whatever becomes
-- of its attempt, unless there is a result.

local anyCancelled = call('EXISTS', CANCELS) == 1
local function isCancelled(id) return anyCancelled and call('HEXISTS', CANCELS, id) == 1 end

-- To CANCELLED. `task`: its head; `how`: as ENDS has it; `error`: what its code threw (JSON), or ''.
local function toCancelled(id, task, now, how, error)
  if error == '' then
    local _, _, why = string.find(call('HGET', CANCELS, id) or '', '\n(.+)$')
    error = cjson.encode({ code = 'cancelled', message = why or 'It was cancelled.' })
  end
  toEnded(id, task, 'CANCELLED', digits(now), how, error)
end

-- Cancels a task whose attempt is taken from its holder, or given up by it.
local function cancelAttempt(id, text, held, now, how, lost)
  local task = recordAttempt(id, text, held, now, how, 0, lost, false)
  toCancelled(id, task, now, '', '')
end

-- Sessions that have marks.
local marked = {}

local function hasMarks(session)
  if marked[session] == nil then marked[session] = call('EXISTS', marksKey(session)) == 1 end
  return marked[session]
end

-- Removes the mark of an attempt that its holder has ended, and need not be told to stop.
local function unmark(session, token, id)
  if hasMarks(session) then call('ZREM', marksKey(session), token .. ' ' .. id) end
end

-- Returns attempts that the session is to stop: "token id". The oldest are reported until they
-- end, or for MARK_KEPT_MS; so those that are dropped for being too old have been reported.
local function tellMarks(session, now)
  local key = marksKey(session)
  if call('EXISTS', key) == 0 then return {} end
  local old = call('ZRANGEBYSCORE', key, '-inf', now - MARK_KEPT_MS, 'LIMIT', 0, MARKS_TOLD_MAX)
  if #old > 0 then call('ZREM', key, unpack(old)) end
  return call('ZRANGE', key, 0, MARKS_TOLD_MAX - 1)
end
