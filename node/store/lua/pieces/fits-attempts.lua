-- Whether a task fits what a filter (fits.lua) asks of its attempts and its end. `known`: what
-- readTask returns for it (read.lua).

local function stateOf(known)
  if known[2] ~= '' then return string.match(known[2], '^%u+') end
  if known[4] ~= '' then return 'STARTED' end
  return known[5] == '1' and 'SCHEDULED' or 'PENDING'
end

local function fitsEnd(known)
  if not filter.endedByMs then return true end
  local ended = string.match(known[2], '^%u+ (%d+)')
  return ended ~= nil and tonumber(ended) <= filter.endedByMs
end

-- Returns the number of a task's newest attempt; and of each attempt its node, its round and, unless
-- it is still held or brought the end, how it ended.
local function attemptsOf(known)
  local attempts = {}
  for token, session, how in string.gmatch('\n' .. known[3], '\n([%d,]+) (%S+) %d+ %d+ ([^ \n]+)') do
    attempts[#attempts + 1] = { node = nodeOf(session), round = string.match(token, ',(%d+)') or '1', how = how }
  end
  local held = known[4] ~= '' and known[4] or string.match(known[2], '^%u+ %d+ %S+ %d+ ([^\n]+)')
  local number, session = string.match(held or '', '^%d+ (%d+) [^ ]+ %d+ [^ ]+ ([^\n]+)')
  local head = parseHead(known[1])
  if session then attempts[#attempts + 1] = { node = nodeOf(session), round = head.round } end
  return tonumber(number or head.attempts), attempts
end

-- Whether an attempt was cut off, and the next one of its round was another node's.
local function hasMoved(attempts)
  for i = 1, #attempts - 1 do
    local one, two = attempts[i], attempts[i + 1]
    local isCutOff = one.how == 'lease-lost' or one.how == 'revoked'
    if isCutOff and one.round == two.round and one.node ~= two.node then return true end
  end
  return false
end

local function fitsAttempts(known)
  if not (nodes or filter.attemptMin or filter.moved) then return true end
  local number, attempts = attemptsOf(known)
  local newest = attempts[#attempts]
  return (not nodes or newest ~= nil and nodes[newest.node] == true)
    and (not filter.attemptMin or number >= filter.attemptMin) and (not filter.moved or hasMoved(attempts))
end
