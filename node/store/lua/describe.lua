-- Replaces the record of a session's node, unless a newer session is open or the
-- node has said goodbye.
-- ARGV    session, record (JSON)
-- Returns 1 replaced, 0 not
local node = nodeOf(ARGV[1])
if call('HGET', EPOCHS, node) ~= string.match(ARGV[1], '%d+$') then return 0 end
if call('HEXISTS', NODES, node) == 0 then return 0 end
call('HSET', NODES, node, ARGV[2])
call('HINCRBY', META, 'registry', 1)
return 1
