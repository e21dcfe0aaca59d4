-- Takes up with a store after a connection was (re)made: raises its generation where
-- it has restarted, or has forgotten what the node remembers.
-- ARGV    the node's memory (generation, its run, clock)
-- Returns { generation, its run }
return { raiseGeneration(tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), readClock()) }
