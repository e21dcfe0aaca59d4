-- Replaces the record of a session's node, or puts it back where it is missing, unless a
-- newer session is open or this one has no lease (any more).
-- ARGV    session, record (JSON)
-- Returns 1 replaced, 0 not
local session, node = ARGV[1], nodeOf(ARGV[1])
local own, newest = string.match(session, '%d+$'), call('HGET', EPOCHS, node)
if newest and newest ~= own then return 0 end
if tonumber(call('ZSCORE', SESSIONS, session) or 0) == 0 then return 0 end
call('HSET', EPOCHS, node, own)
call('HSET', NODES, node, ARGV[2])
call('HINCRBY', META, 'registry', 1)
return 1
