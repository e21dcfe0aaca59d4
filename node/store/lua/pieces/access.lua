-- Access tokens: one line each, "version created(ms) revoked(ms; 0: not) hash" and, behind a
-- line break, what it may (JSON). Versions follow the clock, so that they rise even where
-- writes were lost, and no two changes of two such stores have the same.

local function tokenLine(version, created, revoked, hash, may)
  return table.concat({ version, created, revoked, hash }, ' ') .. '\n' .. may
end

-- Version, created, revoked (all as text), hash, and what it may; nil of what is no such line.
local function parseToken(line)
  return string.match(line or '', '^(%d+) (%d+) (%d+) (%x+)\n(.*)$')
end

-- Above all versions that were given here, or are known to have been elsewhere.
local function raiseAccess(now, known)
  local last = tonumber(call('HGET', META, 'access') or 0)
  local version = digits(math.max(last + 1, now, known or 0))
  call('HSET', META, 'access', version)
  return version
end

-- How many tokens there are that are not revoked. Forgets those that were revoked too long ago, and of
-- more than are kept those revoked first.
local function tidyTokens(now)
  local live, revoked, gone = 0, {}, {}
  local all = call('HGETALL', ACCESS)
  for i = 1, #all, 2 do
    local version, _, at = parseToken(all[i + 1])
    at = tonumber(at or 0)
    if at == 0 then
      live = live + 1
    elseif at <= now - ACCESS_REVOKED_KEPT_MS then
      gone[#gone + 1] = all[i]
    else
      revoked[#revoked + 1] = { all[i], tonumber(version) }
    end
  end
  if #revoked > ACCESS_REVOKED_KEPT_MAX then
    table.sort(revoked, function(a, b) return a[2] > b[2] end)
    for i = ACCESS_REVOKED_KEPT_MAX + 1, #revoked do gone[#gone + 1] = revoked[i][1] end
  end
  for _, name in ipairs(gone) do call('HDEL', ACCESS, name) end
  return live
end
