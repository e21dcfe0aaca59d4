-- Renews a session's lease, and looks for what needs doing.
-- ARGV    session, ttl (ms); number up to which this node has seen the routes that may be
--         claimed from; routes that count as unserved although it serves them, and routes that
--         count as served although no node serves them any more (blanks between); number above
--         which served routes are to be reported once more, or -1; the number of shards that
--         the node runs with, and the layout of the keys; 1 to shard 0; attempts whose code has
--         begun ("token id started(ms)", a line each)
-- Returns { 'other_shards', number } if shard 0 has another number: the cluster was recreated,
--         { 'superseded' } if a newer session of the node is open,
--         { 'revoked' } if this one's lease was taken, or another shard has another number,
--         else { 'ok', now (ms), generation, its run, tasks this session runs, registry version,
--         number of the last write to an access token (0: there never was one),
--         steps back of the clock, sessions opened so far, 1 if the record of the node is
--         missing or 0, when a task is due or expires next (ms) or '', attempts to be stopped (a
--         list, "token id"), number n of sessions that have not renewed their leases for
--         OVERDUE_MS, n times session and end of its lease (ms),
--         number of served routes; number up to which this node has now seen routes, 1 if there
--         are more or 0; number of the last route reported once more, 0 if there are no more;
--         then three lists, each with its length first: the new served routes, the new unserved
--         ones, the served ones reported once more }
local session, ttl = ARGV[1], tonumber(ARGV[2])
local now, node = readClock(), nodeOf(ARGV[1])
-- First of all, since a store that has lost everything knows no session either.
local shards, layout, isHome = ARGV[7], ARGV[8], ARGV[9] == '1'
local other = isHome and keepNumber(shards, layout)
if other then return { 'other_shards', other } end
local lease = call('ZSCORE', SESSIONS, session)
if not lease or tonumber(lease) == 0 then
  local epoch = tonumber(call('HGET', EPOCHS, node) or 0)
  local own = tonumber(string.match(session, '%d+$'))
  return { epoch > own and 'superseded' or 'revoked' }
end
if not isHome and keepNumber(shards, layout) then return { 'revoked' } end
call('ZADD', SESSIONS, now + ttl, session)
-- All nodes ask for leases of one length. So none ends later than this one, unless the clock
-- has been put back since. Such a lease would outlast a holder that is gone, by as much as the
-- clock went back, so it is shortened. Every node is told, because these leases would expire
-- early if the clock were soon put forward again. How far it went back is recorded, so that
-- generations do not go back.
local beyond = call('ZREVRANGEBYSCORE', SESSIONS, '+inf', '(' .. digits(now + ttl + TRUST_MARGIN_MS), 'WITHSCORES')
for i = 1, #beyond, 2 do call('ZADD', SESSIONS, now + ttl, beyond[i]) end
if #beyond > 0 then
  call('HINCRBY', META, 'steps', 1)
  call('HINCRBY', META, 'back', digits(beyond[2] - now - ttl))
end

for _, gone in ipairs(call('ZRANGEBYSCORE', GONE, '-inf', now - DEAD_NODE_KEPT_MS, 'LIMIT', 0, 16)) do
  call('HDEL', NODES, gone)
  call('HDEL', EPOCHS, gone)
  call('HDEL', DRAINS, gone)
  call('HDEL', LOST, gone)
  call('HDEL', DEATHS, gone)
  call('ZREM', GONE, gone)
  call('HINCRBY', META, 'registry', 1)
end

noteBegun(ARGV[10])
sortRoutes(ARGV[4], ARGV[5])
local meta = call('HMGET', META, 'gen', 'run', 'registry', 'steps', 'opens', 'seq', 'access')
local registered = call('HGET', EPOCHS, node) == string.match(session, '%d+$') and call('HEXISTS', NODES, node) or 0
local overdue = call('ZRANGEBYSCORE', SESSIONS, '-inf', math.max(now, now + ttl - OVERDUE_MS), 'WITHSCORES', 'LIMIT', 0, 16)
local answer = { 'ok', now, meta[1], meta[2], countRunning(session), meta[3], meta[7] or '0', meta[4] or '0', meta[5] or '0', registered, nextTime(), tellMarks(session, now), #overdue / 2 }
for _, value in ipairs(overdue) do answer[#answer + 1] = value end
return tellRoutes(answer, tonumber(ARGV[3]), tonumber(meta[6] or 0), tonumber(ARGV[6]))
