-- Why a session may not be given tasks now, in the words of a claim's answer; nil if it may.
-- `current` is the shard's generation.
local function refusalOf(session, generation, current, now)
  local lease = call('ZSCORE', SESSIONS, session)
  if not lease or tonumber(lease) <= now then return 'no_lease' end
  if generation ~= current then return 'stale_generation' end
end
