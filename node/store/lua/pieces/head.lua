-- Takes apart, and puts together, the texts of tasks and of their attempts (see keys.lua).

-- Patterns that are matched for every task say [^ ], as Lua takes twice as long for a
-- class such as %d: it asks C's locale about each character.

-- Returns token, seq, session, size and number of an attempt, as the holders have it; nil if
-- nobody holds the task.
local function parseHolder(held)
  if not held then return end
  local token, attempt, seq, size, session = string.match(held, '^([^ ]+) ([^ ]+) [^ ]+ (%d+) ([^ ]+) (.+)$')
  return token, seq, session, size, attempt
end

-- The round of an attempt in a task's past: after its token, unless it is the first.
local function roundOf(token) return string.match(token, ',(%d+)$') or '1' end

-- The tags of a task, between commas; '*' if it has none. `from`: where its options begin in the text.
local function tagsIn(text, from)
  -- Most tasks have no options.
  if string.byte(text, from) == 10 then return '*' end
  local tags = string.match(string.match(text, '^[^\n]*', from), '"tags":%[([%w.,_:"-]+)%]')
  return tags and (string.gsub(tags, '"', '')) or '*'
end

-- Longer numbers are none of ours, and may not be told apart.
local HUGE = string.rep('%d', 16)

-- The head of a task, which is its first line; nil for a text that has none (written by hand), or one in
-- which not every number is as we write them. Numbers are text, except for the priority.
local function parseHead(task)
  local priority, seq, created, counts, route = string.match(task, '^(%d+) (%d+) (%d+) ([%d,]+) ([^\n]+)')
  if not route or string.find(table.concat({ priority, seq, created, counts }, ' '), HUGE) then return nil end
  if counts == '0' then counts = '0,0,0,0,1' end
  local attempts, crashes, losses, failures, round, times =
    string.match(counts, '^(%d+),(%d+),(%d+),(%d+),(%d+)(.*)$')
  if not times then return nil end
  local due, expires, keep = string.match(times, '^,(%d+),(%d+),?(%d*)$')
  if not due and times ~= '' then return nil end
  return {
    priority = tonumber(priority), seq = seq, created = created, attempts = attempts,
    crashes = crashes, losses = losses, failures = failures, round = round, route = route,
    due = tonumber(due or 0), expires = tonumber(expires or 0), keep = tonumber(keep or '') or 0,
    tags = tagsIn(task, (string.find(task, '\n', 1, true) or #task) + 1),
  }
end

-- What events report about a task, whatever happened to it.
local function aboutOf(head) return head.round .. ' ' .. head.route .. ' ' .. head.tags end

-- Bytes of the texts that this step has read, and of the pasts that it has rewritten.
local stepBytes = 0
local function readText(id)
  local text = call('HGET', TASKS, id)
  if text then stepBytes = stepBytes + #text end
  return text
end
-- Whether this step has done enough, and goes to no further task.
local function isStepFull() return stepBytes > STEP_BYTES_MAX end

-- The text of a task that leaves its holder. None if the task is gone, or was overwritten by hand: then
-- it has no place any more, and counts as forgotten, like one that is met in a queue (claim.lua).
local function takeText(id)
  local text = readText(id)
  if not text or parseHead(text) then return text end
  call('HINCRBY', META, 'forgotten', 1)
end

-- The text of a task, with another head.
local function withHead(task, head)
  local counts = table.concat({ head.attempts, head.crashes, head.losses, head.failures, head.round }, ',')
  if head.due > 0 or head.expires > 0 or head.keep > 0 then
    counts = counts .. ',' .. digits(head.due) .. ',' .. digits(head.expires)
    if head.keep > 0 then counts = counts .. ',' .. digits(head.keep) end
  end
  local line = table.concat({ head.priority, head.seq, head.created, counts, head.route }, ' ')
  -- A text that was written by hand may have no more lines.
  return line .. (string.match(task, '\n.*') or '\n\n')
end
