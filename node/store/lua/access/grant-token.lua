-- Adds an access token. Sending it again changes nothing.
-- ARGV    name, hash, what it may (JSON)
-- Returns { 'taken' } if another token has the name, { 'full' } if there are ACCESS_TOKENS_MAX,
--         else { 'ok', now (ms), number of the last write to any token, its line (see access.lua) }
local name, hash, may = ARGV[1], ARGV[2], ARGV[3]
local now = readClock()
local line = call('HGET', ACCESS, name)
local _, _, revoked, held = parseToken(line)
if revoked == '0' then
  if held ~= hash then return { 'taken' } end
  return { 'ok', now, call('HGET', META, 'access') or '0', line }
end
if call('HLEN', ACCESS) - call('ZCARD', ACCESS_REVOKED) >= ACCESS_TOKENS_MAX then return { 'full' } end
local version = raiseAccess(now, 1, 0)
line = tokenLine(digits(version), digits(now), '0', hash, may)
writeToken(name, line, version)
tidyTokens(now)
return { 'ok', now, digits(version), line }
