-- Events of nodes, in the form of events.lua.

-- Every shard has a session of each node. The first shard reports what becomes of the
-- node.
local function noteNode(what, session)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  if string.sub(SHARD, -3) ~= ':0}' or call('HGET', EPOCHS, node) ~= epoch then return end
  note('n ' .. what, node .. ' ' .. epoch)
end

-- Whether a node's record has this flag: "draining", "atRisk".
local function says(record, flag) return string.find(record, '"' .. flag .. '":true', 1, true) ~= nil end
