-- Adopts the store after a connection was (re)made: raises its generation if it has restarted,
-- or has lost what the node knows of.
-- ARGV    generation that the node knows of, its run
-- Returns { generation, its run }
return { raiseGeneration(tonumber(ARGV[1]), ARGV[2], readClock()) }
