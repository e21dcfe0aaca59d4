-- A record begins with its node's name. Returns that name, and what follows it.
local function splitRecord(record)
  return string.match(record, '^{"name":"([^"]*)(".*)$')
end

-- Names a node that opens a session: as its record says, unless another node with a lease has
-- that name; then as it wishes, or that name with the first of -2, -3 … that is free. Returns
-- the name, and the record with it. The existing records decide, so no name is ever held by a
-- node that is gone.
local function nameNode(node, record, wished)
  local taken = {}
  for _, session in ipairs(call('ZRANGEBYSCORE', SESSIONS, '(0', '+inf')) do
    local other = nodeOf(session)
    local name = other ~= node and splitRecord(call('HGET', NODES, other) or '')
    if name then taken[name] = true end
  end
  local name, rest = splitRecord(record)
  if not taken[name] then return name, record end
  local number = 1
  name = wished
  while taken[name] do
    number = number + 1
    name = wished .. '-' .. digits(number)
  end
  return name, '{"name":"' .. name .. rest
end
