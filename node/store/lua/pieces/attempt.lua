-- An attempt that ends without a result: it is recorded with its task, which then waits again
-- (see waiting-again.lua) or is given up. The caller has checked whose attempt it is.

-- Counts the losses of a round with which a node was lost that ran nothing else. It goes line by
-- line, as a pattern that begins anew at each character of a long error takes seconds.
local function countAlone(past, round)
  local count = 0
  for line in string.gmatch(past, '[^\n]+') do
    -- An error ends in another way.
    local isAlone = string.sub(line, -6) == ' alone'
    if isAlone and roundOf(string.match(line, '^[^ ]+')) == round then count = count + 1 end
  end
  return count
end

-- Returns what is recorded of an attempt that was taken away or given up: how it ended, when its
-- code began, which node took its lease, and why: a word, or what was said of its end (JSON). "-"
-- stands for whatever is not known.
local function lostAs(held, how, by, why, started)
  started = started or string.match(held, '^[^ ]+ [^ ]+ %d+,(%d+) ') or '-'
  return table.concat({ how, started, by or '-', why or '-' }, ' ')
end

-- Moves an attempt that is over from the holders to the task's past: one line each, the newest
-- ATTEMPTS_KEPT_MAX of them: "token session claimed ended how", the token with ",round" behind
-- it in any round but the first. `how` begins with how it ended: one word. After that stands
-- what lostAs returns, and " alone" if a node was lost that ran nothing but this task, in a
-- process of its own; or " started", if that is known, and, if it failed, a blank and its error
-- (JSON). `crashed` and `lost` (0 or 1) say what it counts as, `alone` whether it was such a
-- loss. Returns the task with its new counts and, as events have it, the attempt; and, for such
-- a loss, how many there were in this round.
local function recordAttempt(id, text, held, now, how, crashed, lost, alone)
  local token, attempt, claimed, session = string.match(held, '^(%d+) (%d+) (%d+)[^ ]* %d+ [^ ]+ (.+)$')
  local task, ended = parseHead(text), string.match(how, '^[^ ]+')
  if alone then how = how .. ' alone' end
  task.attempts, task.crashes, task.losses = attempt, task.crashes + crashed, task.losses + lost
  call('HSET', TASKS, id, withHead(text, task))
  local past = addPast(id, token, task.round, { session, claimed, digits(now), how })
  setOver(task, ended, session, attempt, token)
  return task, alone and countAlone(past, task.round) or 0
end

-- To PENDING, at the old place.
local function waitAgain(id, task)
  if not waiting[task.route] then reopenRoute(task.route) end
  waitAt(id, task, tonumber(task.seq))
  notePutBack(id, task)
end

-- To FAILURE, with `code` crashed.
local function giveUp(id, task, now, message)
  toEnded(id, task, 'FAILURE', digits(now), '', cjson.encode({ code = 'crashed', message = message }))
end
