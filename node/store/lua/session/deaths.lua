-- Reads how leases were taken from a node, newest first.
-- ARGV    node id
-- Returns { now (ms), the lines of deaths.lua for it, or '' }
return { readClock(), call('HGET', DEATHS, ARGV[1]) or '' }
