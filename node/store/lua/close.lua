-- Ends an own session that has no tasks left, and says goodbye: lease and record go.
-- ARGV    session
-- Returns 1 closed, 0 has tasks (nothing is done)
local session = ARGV[1]
local now = readClock()
if countRunning(session) > 0 then return 0 end
call('DEL', runningKey(session))
call('ZREM', SESSIONS, session)
local node = nodeOf(session)
if call('HGET', EPOCHS, node) == string.match(session, '%d+$') then
  call('HDEL', NODES, node)
  call('HDEL', DRAINS, node)
  call('ZADD', GONE, now, node)
end
call('HINCRBY', META, 'registry', 1)
return 1
