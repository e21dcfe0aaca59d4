-- Counts the tasks that a life of a node has lost here with all its sessions. A session that has
-- not renewed its lease for OVERDUE_MS is as good as lost.
-- ARGV    node id, when the life began (ms)
-- Returns the number of tasks; -1 if the life goes on here, has said goodbye, or is not known
--         (any more)
local node, life = ARGV[1], ARGV[2]
local now = readClock()
local epoch, lostLife, tasks = lostBy(node)
if lostLife ~= life then epoch, tasks = nil, nil end
local newest = call('HGET', EPOCHS, node)
if lifeOf(node) == life and newest ~= epoch then
  local session = node .. ':' .. newest
  local lease = tonumber(call('ZSCORE', SESSIONS, session) or 0)
  if lease == 0 or lease > now + LEASE_TTL_MS - OVERDUE_MS then return -1 end
  tasks = countRunning(session) + (tasks or 0)
end
return tonumber(tasks or -1)
