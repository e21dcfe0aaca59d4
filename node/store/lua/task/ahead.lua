-- Counts the waiting tasks before one, in the queue of its route here.
-- ARGV    number of shards by which it is here, route, id
-- Returns 'unsettled' if the shard does not have that number,
--         else how many, or -1 if the task does not wait there
if numberHere() ~= ARGV[1] then return 'unsettled' end
local queue = queueKey(ARGV[2])
local rank = call('ZSCORE', queue, ARGV[3])
return rank and call('ZCOUNT', queue, '-inf', '(' .. rank) or -1
