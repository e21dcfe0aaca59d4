-- The heads of queues, up to `limit` tasks of each, taken in order of rank across them.
local function openHeads(routes, limit)
  local heads, several = {}, #routes > 1
  -- Where there are several queues, the ranks lie between the ids.
  local step, withScores = several and 2 or 1, several and { 'WITHSCORES' } or {}
  for i, route in ipairs(routes) do
    local list = call('ZRANGE', queueKey(route), 0, limit - 1, unpack(withScores))
    heads[i] = { route = route, list = list, at = 1, taken = 0 }
  end

  local function lowest()
    if not several then return heads[1].list[heads[1].at] and heads[1] end
    local best, bestRank
    for _, head in ipairs(heads) do
      local rank = tonumber(head.list[head.at + 1])
      if rank and (not best or rank < bestRank) then best, bestRank = head, rank end
    end
    return best
  end

  -- The next ids, up to `count` of them.
  local function take(count)
    local ids = {}
    while #ids < count do
      local head = lowest()
      if not head then break end
      ids[#ids + 1] = head.list[head.at]
      head.at, head.taken = head.at + step, head.taken + 1
    end
    return ids
  end

  return heads, take
end
