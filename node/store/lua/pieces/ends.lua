-- Ends of attempts, as their holders send them: JSON, which is read faster than lines are taken apart.
-- Ends that follow one another and have these in common make one list: state, how, "round route tags"
-- (the tags between commas, or * for none); behind them come id, token, started(ms) of each, as text.

-- Where the first end stands in such a list, and how many values each has.
local FIRST_END, END_THINGS = 4, 3

-- Returns the lists, as what the ends have in common: with state, how, about, which is "round route
-- tags", and route, or nil; and the ids of all ends.
local function readEnds(json)
  local ids, count, lists = {}, 0, cjson.decode(json)
  for _, list in ipairs(lists) do
    list.state, list.how, list.about = list[1], list[2], list[3]
    list.route = string.match(list.about, '^[^ ]+ ([^ *][^ ]*)')
    for at = FIRST_END, #list, END_THINGS do
      count = count + 1
      ids[count] = list[at]
    end
  end
  return lists, ids
end

-- Notes that the next attempts of a group are of this session, and have this number.
local function turn(group, session, attempt)
  group.session, group.attempt, group.isMarked, group.endings = session, attempt, hasMarks(session), {}
end

-- Returns what is the same for all ends of a group in this state: how they begin in ENDS, what is
-- written of them, and the things of their line among the events.
local function endingOf(group, state, now)
  local about = { 'z', state, group.how, group.session, group.attempt, group.about }
  local begins = state .. ' ' .. now .. ' ' .. group.how .. ' '
  local ending = { begins = begins, to = endingIn(state), things = thingsOf(table.concat(about, ' ')) }
  group.endings[state] = ending
  return ending
end

-- Size of a task's text, and for how long it is to be kept, as the holders have them together. Mostly
-- they are as they were of another one. No size, if it was written by hand.
local sizes, keeps = {}, {}
local function readSize(size)
  local bytes, keep = string.match(size, '^(%d+),?(%d*)$')
  sizes[size], keeps[size] = tonumber(bytes), tonumber(keep) or 0
end
