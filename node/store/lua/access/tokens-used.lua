-- Records that access tokens were used. Names that are not tokens, or revoked, are ignored.
-- ARGV    the hour (ms), name …
-- Returns nothing
for i = 2, #ARGV do
  local _, _, revoked = parseToken(call('HGET', ACCESS, ARGV[i]))
  local known = tonumber(call('HGET', ACCESS_USED, ARGV[i]) or 0)
  if revoked == '0' and tonumber(ARGV[1]) > known then call('HSET', ACCESS_USED, ARGV[i], ARGV[1]) end
end
return nil
