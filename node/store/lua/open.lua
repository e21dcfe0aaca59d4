-- Opens a session of a node: a new epoch, a new lease. An earlier session of the
-- node is revoked: the node that held it is not alive any more.
-- ARGV    node id, ttl (ms), generation that the node knows of, its run, record (JSON)
-- Returns { epoch, generation, its run, now (ms), earlier session still with a lease, or '' }
local node, ttl = ARGV[1], tonumber(ARGV[2])
local now = readClock()
local last = tonumber(call('HGET', EPOCHS, node) or 0)
-- Epochs follow the clock, so that they rise even where writes were lost.
local epoch = math.max(last + 1, now)
local generation, run = raiseGeneration(tonumber(ARGV[3]), ARGV[4], now)
local earlier = node .. ':' .. digits(last)
if call('ZSCORE', SESSIONS, earlier) then
  call('ZADD', SESSIONS, 0, earlier)
else
  earlier = ''
end
call('ZADD', SESSIONS, now + ttl, node .. ':' .. digits(epoch))
-- Redis keeps a small sorted set as a list, which it goes through for each member that
-- comes or goes, and one with a member over 64 bytes as a tree. With this member in it,
-- which is no id, to claim 50 tasks beside 50 others takes a fifth less (8.4 to 6.4 µs
-- of Redis a task). Nothing rests on it: where it is missing, all is as before.
call('ZADD', runningKey(node .. ':' .. digits(epoch)), -1, string.rep(' ', 65))
call('HSET', EPOCHS, node, epoch)
call('HSET', NODES, node, ARGV[5])
call('HDEL', DRAINS, node)
call('ZREM', GONE, node)
call('HINCRBY', META, 'registry', 1)
return { epoch, generation, run, now, earlier }
