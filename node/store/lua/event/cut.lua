-- Cuts the stream to its size, from the oldest entry on, one step at a time.
-- ARGV    number of shards of the cluster, which share EVENTS_MEMORY_SHARE of Redis's memory
-- Returns 1 if there is more to cut, or 0
local most = EVENTS_BYTES_MAX
local memory = tonumber(string.match(call('INFO', 'memory'), 'maxmemory:(%d+)') or 0)
if memory > 0 then most = math.min(most, math.floor(memory * EVENTS_MEMORY_SHARE / ARGV[1])) end
local total = tonumber(call('HGET', META, 'events') or '') or 0
local first = call('XRANGE', EVENTS, '-', '+', 'COUNT', 1)[1]
local start = first and tonumber(string.match(first[1], '^%d+')) or total
if total - start <= most then return 0 end
local upTo = math.min(total - most, start + EVENTS_TRIM_BYTES)
-- Redis cuts whole nodes of the stream, a few kilobytes each.
local gone = call('XTRIM', EVENTS, 'MINID', '~', digits(upTo))
return gone > 0 and upTo < total - most and 1 or 0
