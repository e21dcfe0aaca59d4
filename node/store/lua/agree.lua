-- Fixes, the first time, the number of shards of the cluster and how its keys are laid
-- out. Run on shard 0.
-- ARGV    number of shards, number of the layout
-- Returns { shards, layout } as fixed, now or before; 0 for a layout before there were numbers
if call('HSETNX', META, 'shards', ARGV[1]) == 1 then call('HSET', META, 'layout', ARGV[2]) end
local fixed = call('HMGET', META, 'shards', 'layout')
return { fixed[1], fixed[2] or '0' }
