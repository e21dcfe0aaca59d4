-- Reads the cluster's number of shards and the layout of its keys, and fixes them if there is
-- nothing yet. Only shard 0, which decides, is asked: see number.lua.
-- ARGV    number of shards, number of the layout, 1 to fix them if the shard is empty
-- Returns { shards, layout } as fixed, now or before; layout 0 for one from before there were
--         numbers; if nothing is fixed, { 'empty' }, or { 'used' } if there are sessions or tasks
local fixed = call('HMGET', META, 'shards', 'layout')
if tonumber(fixed[1] or '') then return { fixed[1], fixed[2] or '0' } end
if call('EXISTS', SESSIONS, TASKS) > 0 then return { 'used' } end
if ARGV[3] ~= '1' then return { 'empty' } end
call('HSET', META, 'shards', ARGV[1], 'layout', ARGV[2])
return { ARGV[1], ARGV[2] }
