-- What is noted of nodes, in the words of events.lua.

-- Every shard has a session of each node, and the first one tells what becomes of the node by its newest.
local function noteNode(what, session)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  if string.sub(SHARD, -3) ~= ':0}' or call('HGET', EPOCHS, node) ~= epoch then return end
  note('n ' .. what, node .. ' ' .. epoch)
end

local function isDraining(record) return string.find(record, '"draining":true', 1, true) ~= nil end
