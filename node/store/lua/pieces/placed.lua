-- Gathers the tasks for a page of a list that have an index by creation number: those that wait at a
-- place other than that number, and those that are SCHEDULED, STARTED or ended. `has`: states → true.
local function gatherPlaced(has)
  if has.PENDING and anyDisplaced then addSource(DISPLACED, 0, 'PENDING') end
  if has.SCHEDULED then addSource(SCHEDULED, 0, 'SCHEDULED') end
  for _, session in ipairs(has.STARTED and call('ZRANGE', SESSIONS, 0, -1) or {}) do
    if not nodes or nodes[nodeOf(session)] then addSource(runningKey(session), 0, 'STARTED') end
  end
  for _, ended in ipairs(ENDED_STATES) do
    if has[ended] then addSource(endedKey(ended), 0, ended) end
  end
end
