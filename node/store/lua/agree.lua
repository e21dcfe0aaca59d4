-- Fixes the number of shards of the cluster, the first time. Run on shard 0.
-- ARGV    number of shards
-- Returns the number that was fixed, now or before
call('HSETNX', META, 'shards', ARGV[1])
return call('HGET', META, 'shards')
