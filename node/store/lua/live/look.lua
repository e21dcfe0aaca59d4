-- Reads what figures are made of, as they are now, and samples of them.
-- ARGV    number of shards of which this is one; only samples that end later than this (ms)
-- Returns 'unsettled' if the shard does not have that number,
--         else { now (ms), PENDING, STARTED, how many tasks have ever ended, how many ended as
--         FAILURE in the last LIVE_STEPS steps, { samples, oldest first, as sample.lua writes
--         them }, { per session with a lease: session, lease end (ms), tasks it runs } }
if numberHere() ~= ARGV[1] then return 'unsettled' end
local now = readClock()
local pending, started, ended = countsNow()
local newest = now - now % LIVE_STEP_MS
local span = LIVE_STEPS * LIVE_STEP_MS

local places = {}
for at = math.max(newest - span, ARGV[2] - ARGV[2] % LIVE_STEP_MS) + LIVE_STEP_MS, newest, LIVE_STEP_MS do
  places[#places + 1] = digits(at / LIVE_STEP_MS % LIVE_STEPS)
end
local samples = {}
for _, sample in ipairs(#places > 0 and call('HMGET', LIVE, unpack(places)) or {}) do
  local at = sample and tonumber(string.match(sample, '^%d+'))
  -- A place that nobody has written to since holds an old sample.
  if at and at > now - span and at > tonumber(ARGV[2]) and at <= now then samples[#samples + 1] = sample end
end

local sessions = {}
local leases = call('ZRANGEBYSCORE', SESSIONS, '(0', '+inf', 'WITHSCORES', 'LIMIT', 0, LIVE_SESSIONS_MAX)
for i = 1, #leases, 2 do
  sessions[#sessions + 1] = leases[i]
  sessions[#sessions + 1] = leases[i + 1]
  sessions[#sessions + 1] = countRunning(leases[i])
end
local failed = call('ZCOUNT', FAILED, digits(now - span), '+inf')
return { digits(now), pending, started, digits(ended), failed, samples, sessions }
