-- Reads the registry of nodes.
-- Returns { now (ms), steps back of the clock, sessions opened so far, when one was last revoked
--         (ms; 0: never), then per node: record (JSON), epoch, lease end (ms; '' without one),
--         tasks it runs, 1 if it is asked to drain or 0 }
local now = readClock()
local meta = call('HMGET', META, 'steps', 'opens', 'lost')
local answer = { now, meta[1] or '0', meta[2] or '0', meta[3] or '0' }
local epochs = call('HGETALL', EPOCHS)
for i = 1, #epochs, 2 do
  local node, session = epochs[i], epochs[i] .. ':' .. epochs[i + 1]
  local record = call('HGET', NODES, node)
  local gone = tonumber(call('ZSCORE', GONE, node) or now)
  if record and gone > now - DEAD_NODE_KEPT_MS then
    local lease = call('ZSCORE', SESSIONS, session) or ''
    local asked = call('HGET', DRAINS, node) == epochs[i + 1] and 1 or 0
    for _, value in ipairs({ record, epochs[i + 1], lease, countRunning(session), asked }) do
      answer[#answer + 1] = value
    end
  end
end
return answer
