-- Revokes an access token: its record stays for a while, and says so. Revoking it again
-- changes nothing.
-- ARGV    name
-- Returns { 'none' } if there is no such token, else { 'ok', now (ms), number of the last
--         write to any token, its line (see access.lua) }
local name = ARGV[1]
local now = readClock()
local line = call('HGET', ACCESS, name)
local _, created, revoked, hash, may = parseToken(line)
if not revoked then return { 'none' } end
if revoked ~= '0' then return { 'ok', now, call('HGET', META, 'access') or '0', line } end
local version = raiseAccess(now, 1, 0)
line = tokenLine(digits(version), created, digits(now), hash, may)
writeToken(name, line, version)
tidyTokens(now)
return { 'ok', now, digits(version), line }
