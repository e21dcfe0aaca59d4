-- Reads how leases were taken from a node, newest first.
-- ARGV    node id
-- Returns { now (ms), the lines that deaths.lua has of it, or '' }
return { readClock(), call('HGET', DEATHS, ARGV[1]) or '' }
