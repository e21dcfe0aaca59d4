-- Events of tasks, in the form of events.lua.

-- Notes a new task. `group`: begins with its route, priority and options, and keeps the things of the
-- lines of those that wait or begin at once. `due`: when it is due (ms), if it does not wait yet.
-- `session`: the one that has it at once, with this token, if one does.
local function noteNew(id, group, due, session, token)
  local accepts, starts = group.accepts, group.starts
  if due then return note('b ' .. group[1] .. ' ' .. tagsIn(group[3], 1), id .. ' ' .. digits(due)) end
  if not accepts then
    local about = group[1] .. ' ' .. tagsIn(group[3], 1)
    accepts, starts = thingsOf('a ' .. about), session and thingsOf('s ' .. session .. ' 1 1 ' .. about)
    if session then starts[#starts + 1] = '=' .. digits(token) end
    group.accepts, group.starts = accepts, starts
  end
  accepts[#accepts + 1] = id
  if session then starts[#starts + 1] = id end
end

-- Keeps with the head of a task which of its attempts is over, and how it ended.
local function setOver(head, how, session, attempt, token)
  head.over, head.token = how .. ' ' .. session .. ' ' .. attempt .. ' ' .. aboutOf(head), token
end

-- Returns the head of a task, with its attempt as the holders have it. `text`: the task's, which is sound.
local function headOver(text, how, held)
  local head, token, _, session, _, attempt = parseHead(text), parseHolder(held)
  setOver(head, how, session, attempt, token)
  return head
end

-- Notes a task that was put back. `due`: when it is due (ms), if it does not wait yet.
local function notePutBack(id, head, due)
  local thing = id .. ' ' .. head.token
  if due then note('q ' .. head.over, thing .. ' ' .. digits(due)) else note('p ' .. head.over, thing) end
end

-- The things of the line of a task that ends. `head`: with what setOver keeps; without it, no attempt
-- was under way.
local function thingsOfEnd(head, state)
  return thingsOf('z ' .. state .. ' ' .. (head.over or '* * ' .. head.attempts .. ' ' .. aboutOf(head)))
end
