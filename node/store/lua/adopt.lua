-- Takes up with a store after a connection was (re)made: raises its generation where
-- it has restarted, or is behind what the node knows of.
-- ARGV    generation (highest that the node knows of)
-- Returns the generation
return raiseGeneration(tonumber(ARGV[1]), readClock())
