-- Reads access tokens, including those that were revoked lately, in the order of their last
-- write.
-- ARGV    number up to which all are known (0: none), how many at most
-- Returns { now (ms), number of the last write to any token (0: there never was one), number to
--         go on from or '' if there are no more, then per token: name, line (see access.lua),
--         hour of its last use (ms) or '' }
local limit = tonumber(ARGV[2])
local found = call('ZRANGEBYSCORE', ACCESS_ORDER, '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
local names = {}
for i = 1, #found, 2 do names[#names + 1] = found[i] end
local answer = { readClock(), call('HGET', META, 'access') or '0', #names == limit and found[#found] or '' }
if #names == 0 then return answer end
local lines, used = call('HMGET', ACCESS, unpack(names)), call('HMGET', ACCESS_USED, unpack(names))
for i, name in ipairs(names) do
  for _, value in ipairs({ name, lines[i] or '', used[i] or '' }) do answer[#answer + 1] = value end
end
return answer
