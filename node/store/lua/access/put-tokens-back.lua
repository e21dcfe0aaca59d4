-- Restores access tokens that a node knows and this store does not (any more), because it has
-- lost writes. For each name the newer record counts; of one version, the one that revokes.
-- ARGV    name, line (see access.lua) …, no name twice
-- Returns { now (ms), how many were written }
local now, written, highest = readClock(), {}, 0
for i = 1, #ARGV, 2 do
  local theirs, _, theirsRevoked = parseToken(ARGV[i + 1])
  local ours, _, oursRevoked = parseToken(call('HGET', ACCESS, ARGV[i]))
  local version, known = tonumber(theirs), tonumber(ours or -1)
  local isNew = version > known or (version == known and theirsRevoked ~= '0' and oursRevoked == '0')
  local isOld = theirsRevoked ~= '0' and tonumber(theirsRevoked) <= now - ACCESS_REVOKED_KEPT_MS
  if isNew and not isOld then
    written[#written + 1] = i
    highest = math.max(highest, version)
  end
end
if #written == 0 then return { now, 0 } end
local last = raiseAccess(now, #written, highest + #written)
for n, i in ipairs(written) do writeToken(ARGV[i], ARGV[i + 1], last - #written + n) end
tidyTokens(now)
return { now, #written }
