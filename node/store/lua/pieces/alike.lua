-- Tasks that are claimed one after the other mostly have much in common: how often they were
-- tried, their route, and that they have no options. What follows from that is made once for all
-- of them, since making it for each took a tenth of Redis's time for a claim.

local kinds = {}

-- The head of such a task, with its own tags. Mostly all but these is as it was of the one before.
local knownRest, known
local function headOf(rest, text)
  if known and rest == knownRest then
    known.tags = tagsIn(text, (string.find(text, '\n', 1, true) or #text) + 1)
  else
    knownRest, known = rest, parseHead(text)
  end
  return known
end

-- `rest`: the head of such a task from its counts on, and, if its options are empty, their line, too.
-- With the end of its holder and the beginning of that behind the token; the things of its line
-- among the events, to which its id is to be added; and how many tasks it stands for. `token`: of the
-- first of them. Nil if the text has no head.
local function alikeOf(rest, text, session, now, token)
  local head = headOf(rest, text)
  if not head then return nil end
  local attempt, route, plain = digits(head.attempts + 1), head.route, string.find(rest, '\n\n', 1, true)
  local keep = head.keep > 0 and ',' .. digits(head.keep) or ''
  local things = thingsOf(table.concat({ 's', session, attempt, aboutOf(head) }, ' '))
  things[#things + 1] = '=' .. token
  local alike = {
    rest = plain and rest, route = route, things = things, tasks = 0,
    attempt = ' ' .. attempt .. ' ' .. digits(now) .. ' ', holder = keep .. ' ' .. session,
  }
  kinds[#kinds + 1] = alike
  return alike
end

-- To be called once a script: counts how many more tasks of each route are STARTED.
local function countAlike()
  for _, alike in ipairs(kinds) do countOn(startedOn, alike.route, alike.tasks) end
end
