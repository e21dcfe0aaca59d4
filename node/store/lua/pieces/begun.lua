-- When the code of attempts began, as their holder reports with its pulse. It is kept with the
-- attempt, so that it is known if the attempt is lost. Each is written once; short attempts
-- have ended before anybody reports it.

-- Records when attempts began. `list`: "token id started(ms)", one line each. The token is the fence.
local function noteBegun(list)
  local ids, tokens, times = {}, {}, {}
  for token, id, started in string.gmatch(list, '([^ ]+) ([^ ]+) (%d+)\n') do
    local i = #ids + 1
    ids[i], tokens[i], times[i] = id, token, started
  end
  if #ids == 0 then return end
  local changed, seen = {}, {}
  for i, held in ipairs(call('HMGET', HOLDERS, unpack(ids))) do
    local token, claimed, rest = string.match(held or '', '^(%d+) (%d+ %d+)( .+)$')
    if token == tokens[i] and not seen[ids[i]] then
      seen[ids[i]] = true
      changed[#changed + 1] = ids[i]
      changed[#changed + 1] = token .. ' ' .. claimed .. ',' .. times[i] .. rest
    end
  end
  if #changed > 0 then call('HSET', HOLDERS, unpack(changed)) end
end
