-- Adds an access token. Sent again, it is the same token.
-- ARGV    name, hash, what it may (JSON)
-- Returns { 'taken' } if another token has the name, { 'full' } if there are ACCESS_TOKENS_MAX,
--         else { 'ok', now (ms), version of all, its line (see access.lua) }
local name, hash, may = ARGV[1], ARGV[2], ARGV[3]
local now = readClock()
local line = call('HGET', ACCESS, name)
local _, _, revoked, held = parseToken(line)
if revoked == '0' then
  if held ~= hash then return { 'taken' } end
  return { 'ok', now, call('HGET', META, 'access') or '0', line }
end
if tidyTokens(now) >= ACCESS_TOKENS_MAX then return { 'full' } end
local version = raiseAccess(now)
line = tokenLine(version, digits(now), '0', hash, may)
call('HSET', ACCESS, name, line)
return { 'ok', now, version, line }
