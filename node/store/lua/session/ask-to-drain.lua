-- Asks a node to drain: marks its session, and the node finds the mark when it next reads the
-- registry. A later session of the node is not affected.
-- ARGV    node id
-- Returns 1 if it was asked, 0 if the node holds no lease
local node = ARGV[1]
local epoch = call('HGET', EPOCHS, node)
if not epoch or (tonumber(call('ZSCORE', SESSIONS, node .. ':' .. epoch) or 0)) == 0 then return 0 end
call('HSET', DRAINS, node, epoch)
call('HINCRBY', META, 'registry', 1)
return 1
