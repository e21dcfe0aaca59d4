-- Opens a session of a node: a new epoch, a new lease. An earlier session of the
-- node is revoked: the node that held it is not alive any more.
-- ARGV    node id, epoch (0: the next one), ttl (ms), generation (highest that the
--         node knows of), run id of the Redis server, record (JSON)
-- Returns { epoch, generation, now (ms), earlier session still with a lease, or '' }
-- Errors  EPOCH where the given epoch is not newer than the node's last
local node, given, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = readClock()
local last = tonumber(call('HGET', EPOCHS, node) or 0)
if given > 0 and given <= last then
  return redis.error_reply('EPOCH a node opens its sessions with rising epochs')
end
-- Epochs follow the clock, so that they rise even where writes were lost.
local epoch = given > 0 and given or math.max(last + 1, now)

local generation = raiseGeneration(tonumber(ARGV[4]), ARGV[5])
local earlier = node .. ':' .. digits(last)
if call('ZSCORE', SESSIONS, earlier) then
  call('ZADD', SESSIONS, 0, earlier)
else
  earlier = ''
end
call('ZADD', SESSIONS, now + ttl, node .. ':' .. digits(epoch))
call('HSET', EPOCHS, node, epoch)
call('HSET', NODES, node, ARGV[6])
call('ZREM', GONE, node)
call('HINCRBY', META, 'registry', 1)
return { epoch, generation, now, earlier }
