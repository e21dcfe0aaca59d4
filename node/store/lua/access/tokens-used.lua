-- Writes down that access tokens were used. Of what is no token, or revoked, nothing is kept.
-- ARGV    the hour (ms), name …
-- Returns nothing
for i = 2, #ARGV do
  local _, _, revoked = parseToken(call('HGET', ACCESS, ARGV[i]))
  local known = tonumber(call('HGET', ACCESS_USED, ARGV[i]) or 0)
  if revoked == '0' and tonumber(ARGV[1]) > known then call('HSET', ACCESS_USED, ARGV[i], ARGV[1]) end
end
return nil
