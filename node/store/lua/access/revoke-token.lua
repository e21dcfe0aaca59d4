-- Revokes an access token: its record stays, for a while, and says so. What is revoked
-- already stays as it is.
-- ARGV    name
-- Returns { 'none' } if there is no such token, else { 'ok', now (ms), version of all, its line
--         (see access.lua) }
local name = ARGV[1]
local now = readClock()
local line = call('HGET', ACCESS, name)
local _, created, revoked, hash, may = parseToken(line)
if not revoked then return { 'none' } end
if revoked ~= '0' then return { 'ok', now, call('HGET', META, 'access') or '0', line } end
local version = raiseAccess(now)
line = tokenLine(version, created, digits(now), hash, may)
call('HSET', ACCESS, name, line)
call('HDEL', ACCESS_USED, name)
tidyTokens(now)
return { 'ok', now, version, line }
