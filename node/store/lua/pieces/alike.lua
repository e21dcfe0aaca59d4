-- Tasks that are claimed one after the other mostly have all in common that is not their own: how
-- often they were tried, their route, and that they have no options. What follows from it is
-- made once for all of them, since making it for each took a tenth of Redis's time for a claim.

local kinds = {}

-- `rest`: the head of such a task from its counts on, and, if its options are empty, their line, too.
-- With the end of its holder and the beginning of that behind the token; the things of its line
-- among the events, to which its id is to be added; and how many tasks it stands for. `token`: of the
-- first of them.
local function alikeOf(rest, text, session, now, token)
  local attempts, more, route, plain = string.match(rest, '^(%d+)([^ \n]*) ?([^\n]*)\n?(\n?)')
  local attempt = digits(attempts + 1)
  local round, keep = '1', ''
  if more ~= '' then
    round = string.match(more, '^,%d+,%d+,%d+,(%d+)') or '1'
    keep = string.match(more, '^,%d+,%d+,%d+,%d+,?%d*,?%d*(.*)$')
  end
  local tags = tagsIn(text, (string.find(text, '\n', 1, true) or #text) + 1)
  local things = thingsOf(table.concat({ 's', session, attempt, round, route, tags }, ' '))
  things[#things + 1] = '=' .. token
  local alike = {
    rest = plain ~= '' and rest or nil, route = route, things = things, tasks = 0,
    attempt = ' ' .. attempt .. ' ' .. digits(now) .. ' ', holder = keep .. ' ' .. session,
  }
  kinds[#kinds + 1] = alike
  return alike
end

-- Once a script: how many tasks of each route are STARTED.
local function countAlike()
  for _, alike in ipairs(kinds) do countOn(startedOn, alike.route, alike.tasks) end
end
