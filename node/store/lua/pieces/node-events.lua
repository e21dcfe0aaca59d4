-- What is noted of nodes, in the words of events.lua.

-- Every shard has a session of each node, and the first one tells what becomes of the node by its newest.
local function noteNode(what, session)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  if string.sub(SHARD, -3) ~= ':0}' or call('HGET', EPOCHS, node) ~= epoch then return end
  note('n ' .. what, node .. ' ' .. epoch)
end

-- Whether a node's record says `flag` of it: "draining", "atRisk".
local function says(record, flag) return string.find(record, '"' .. flag .. '":true', 1, true) ~= nil end
