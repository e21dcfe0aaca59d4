-- Deaths of nodes: how leases were taken from holders that may have been alive. For each node
-- the newest DEATHS_KEPT_MAX, newest first, one line each:
-- "epoch at(ms) grounds by left(ms) tasks saw". Left: what was left of the lease; by: the node
-- that took it; saw: what that node knew of the holder then, and what its peers saw (JSON).
-- Kept for as long as the node is remembered.

local function noteDeath(session, lease, now, grounds, by, saw)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  local lines = { table.concat({ epoch, digits(now), grounds, by, digits(lease - now), digits(countRunning(session)), saw }, ' ') }
  for line in string.gmatch(call('HGET', DEATHS, node) or '', '[^\n]+') do
    if #lines < DEATHS_KEPT_MAX then lines[#lines + 1] = line end
  end
  call('HSET', DEATHS, node, table.concat(lines, '\n'))
end

-- Records on what grounds the lease of a session was taken, and by which node; another node may
-- go on with its tasks. A node that said goodbye took its own lease.
local function deathOf(session)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  for line in string.gmatch(call('HGET', DEATHS, node) or '', '[^\n]+') do
    local own, grounds, by = string.match(line, '^(%d+) %d+ ([^ ]+) ([^ ]+) ')
    if own == epoch then return grounds, by end
  end
  return 'goodbye', node
end

-- Adds what another node saw of the death of a session, but reported too late to take the lease.
-- It replaces what was said in that node's name, if anything was. `saw`: its own sighting is the first.
local function addSighting(session, by, saw)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  local isJson, told = pcall(cjson.decode, saw)
  local own = isJson and type(told) == 'table' and told[1]
  local lines, isNew = {}, false
  for line in string.gmatch(own and call('HGET', DEATHS, node) or '', '[^\n]+') do
    local head, of, taker, text = string.match(line, '^((%d+) %d+ [^ ]+ ([^ ]+) [^ ]+ %d+) (.+)$')
    local isList, all = pcall(cjson.decode, text or '')
    if of == epoch and taker ~= by and isList and type(all) == 'table' then
      local at = #all + 1
      for i, each in ipairs(all) do if each.nodeId == by then at = i end end
      if at <= DEATH_SIGHTINGS_MAX then all[at], isNew = own, true end
      line = head .. ' ' .. cjson.encode(all)
    end
    lines[#lines + 1] = line
  end
  if isNew then call('HSET', DEATHS, node, table.concat(lines, '\n')) end
end
