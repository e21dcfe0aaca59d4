-- Replaces the record of a session's node, or restores a missing one, unless a newer session is
-- open or this one has no lease (any more).
-- ARGV    session, record (JSON, its name first), wished name
-- Returns the node's name; the record's if nothing was done, or if no other node has it
local session, node = ARGV[1], nodeOf(ARGV[1])
local own, newest = string.match(session, '%d+$'), call('HGET', EPOCHS, node)
if newest and newest ~= own then return (splitRecord(ARGV[2])) end
if tonumber(call('ZSCORE', SESSIONS, session) or 0) == 0 then return (splitRecord(ARGV[2])) end
call('HSET', EPOCHS, node, own)
local name, named = nameNode(node, ARGV[2], ARGV[3])
local before = call('HGET', NODES, node) or ''
if says(ARGV[2], 'draining') and not says(before, 'draining') then noteNode('draining', session) end
if says(ARGV[2], 'atRisk') and not says(before, 'atRisk') then noteNode('at-risk', session) end
call('HSET', NODES, node, named)
call('HINCRBY', META, 'registry', 1)
writeEvents(readClock())
return name
