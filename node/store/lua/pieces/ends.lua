-- Ends of attempts, as their holders send them. For ends that have these in common,
-- "= state how round route tags", a line, the tags between commas, or * for none; and behind
-- it "id token started(ms)", a line per end.

-- Returns ids, tokens and times, and for each end what it has in common with others: a table
-- with state, how, route, and about, which is "round route tags".
local function readEnds(list)
  local ids, tokens, starts, alike, count = {}, {}, {}, {}, 0
  local common
  for first, second, rest in string.gmatch(list, '([^ ]+) ([^ ]+) ([^\n]+)\n') do
    if first == '=' then
      local how, about, route = string.match(rest, '^([^ ]+) ([^ ]+ ([^ ]+) .+)$')
      common = { state = second, how = how, about = about, route = route }
    else
      count = count + 1
      ids[count], tokens[count], starts[count], alike[count] = first, second, rest, common
    end
  end
  return ids, tokens, starts, alike
end
