-- Lives of nodes, and what was lost with them. A node has a session in each shard, and loses
-- them one by one; each of them records when the life that it belongs to began. So whoever asks
-- what a life was running can add that up over the shards, in whatever order the sessions were
-- lost, for as long as the node is remembered.

-- When the life of the node's newest session began, ms as text; nil if its record does not say.
local function lifeOf(node)
  local isJson, record = pcall(cjson.decode, call('HGET', NODES, node) or '')
  local started = isJson and type(record) == 'table' and tonumber(record.startedMs)
  return started and digits(started) or nil
end

-- Returns, for the life of the node that last lost a session here: the epoch of that session, when
-- the life began (ms), and how many tasks it has lost in all its sessions here. Nil if there is none.
local function lostBy(node)
  return string.match(call('HGET', LOST, node) or '', '^(%d+) (%d+) (%d+)$')
end

-- Takes a lease for good: nobody can renew it from here on. What runs under it is recorded as
-- lost with its life, whatever becomes of it: it may still run, and end the node later. `why`:
-- the reason that events report.
local function takeLease(session, why)
  note('v ' .. why, session .. ' ' .. digits(countRunning(session)))
  call('ZADD', SESSIONS, 0, session)
  local node, epoch = string.match(session, '^(.*):(%d+)$')
  local life = call('HGET', EPOCHS, node) == epoch and lifeOf(node)
  if not life then return call('HDEL', LOST, node) end
  local _, lastLife, before = lostBy(node)
  local tasks = countRunning(session) + (lastLife == life and before or 0)
  call('HSET', LOST, node, table.concat({ epoch, life, digits(tasks) }, ' '))
end
