-- Reads the number of shards of the cluster and how its keys are laid out, and fixes them
-- where there is nothing yet. Shard 0 decides; the others are only made ready.
-- ARGV    number of shards, number of the layout, 1 to fix them if the shard is empty
-- Returns { shards, layout } as fixed, now or before; 0 for a layout before there were numbers;
--         where none are, { 'empty' }, or { 'used' } where there are sessions or tasks
local fixed = call('HMGET', META, 'shards', 'layout')
if tonumber(fixed[1] or '') then return { fixed[1], fixed[2] or '0' } end
if call('EXISTS', SESSIONS, TASKS) > 0 then return { 'used' } end
if ARGV[3] ~= '1' then return { 'empty' } end
call('HSET', META, 'shards', ARGV[1], 'layout', ARGV[2])
return { ARGV[1], ARGV[2] }
