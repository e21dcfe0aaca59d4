-- Why a session may not be given tasks now, as its claim is answered; nil where it may.
-- `current` is the shard's generation.
local function refusalOf(session, generation, current, now)
  local lease = call('ZSCORE', SESSIONS, session)
  if not lease or tonumber(lease) <= now then return 'no_lease' end
  if generation ~= current then return 'stale_generation' end
end

-- Makes tasks a session's: nothing or PENDING → STARTED. `token` is the newest, and
-- written first, so that none is ever given twice; `holders` are ids and what the holders
-- have of each, `running` seqs and ids.
local function give(session, token, holders, running)
  local count = #holders / 2
  call('HSET', META, 'token', digits(token))
  call('HSET', HOLDERS, unpack(holders))
  call('ZADD', runningKey(session), unpack(running))
  call('HINCRBY', COUNTS, 'STARTED', count)
  call('HINCRBY', COUNTS, 'attempts', count)
end
