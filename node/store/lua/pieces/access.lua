-- Access tokens: one line each, "version created(ms) revoked(ms; 0: not) hash" and, after a
-- line break, what it may (JSON). Every write has a number, higher than all before it, by which
-- it is found in ACCESS_ORDER by a node that knows all writes up to some number. If the write
-- is a change, that number is also the token's version. Numbers follow the clock, so that they
-- rise even if writes were lost, and no two changes in two such stores have the same number.

local function tokenLine(version, created, revoked, hash, may)
  return table.concat({ version, created, revoked, hash }, ' ') .. '\n' .. may
end

-- Returns version, created, revoked (all as text), hash, and what it may; nil for any other line.
local function parseToken(line)
  return string.match(line or '', '^(%d+) (%d+) (%d+) (%x+)\n(.*)$')
end

-- Returns the last of so many new numbers, above all that were given here, or are known
-- to have been given elsewhere.
local function raiseAccess(now, count, known)
  local last = tonumber(call('HGET', META, 'access') or 0)
  local number = math.max(last + count, now, known)
  call('HSET', META, 'access', digits(number))
  return number
end

local function writeToken(name, line, number)
  call('HSET', ACCESS, name, line)
  call('ZADD', ACCESS_ORDER, digits(number), name)
  local _, _, revoked = parseToken(line)
  if revoked == '0' then return call('ZREM', ACCESS_REVOKED, name) end
  call('ZADD', ACCESS_REVOKED, revoked, name)
  call('HDEL', ACCESS_USED, name)
end

-- Discards the tokens that were revoked too long ago; and, if too many are kept, those revoked
-- first.
local function tidyTokens(now)
  local gone = call('ZRANGEBYSCORE', ACCESS_REVOKED, '-inf', digits(now - ACCESS_REVOKED_KEPT_MS), 'LIMIT', 0, ACCESS_PUT_BACK_MAX)
  local beyond = call('ZCARD', ACCESS_REVOKED) - ACCESS_REVOKED_KEPT_MAX
  if #gone < beyond then gone = call('ZRANGE', ACCESS_REVOKED, 0, beyond - 1) end
  for _, name in ipairs(gone) do
    call('HDEL', ACCESS, name)
    call('ZREM', ACCESS_ORDER, name)
    call('ZREM', ACCESS_REVOKED, name)
  end
end
