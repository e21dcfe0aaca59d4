-- Whether a session may be given tasks now: nil, the newest token and the newest creation
-- number of the shard; or else what its claim is answered with.
local function mayClaim(session, generation, now)
  local lease = call('ZSCORE', SESSIONS, session)
  if not lease or tonumber(lease) <= now then return { 'no_lease' } end
  local meta = call('HMGET', META, 'gen', 'token', 'seq')
  if meta[1] ~= generation then return { 'stale_generation' } end
  return nil, tonumber(meta[2] or 0), tonumber(meta[3] or 0)
end
