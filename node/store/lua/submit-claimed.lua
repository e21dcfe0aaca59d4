-- Accepts new tasks and gives them to the session of the node that takes them in, all of
-- them or none: nothing → STARTED. What submit.lua and claim.lua would do one after the
-- other where no task waits before these, without the way through the queue.
-- ARGV    session, generation, then per task: id, route, priority, payload (JSON)
-- Returns { 'no_lease' } or { 'stale_generation' } as claim.lua does,
--         { 'not_first' } where tasks wait on one of the routes, or an id is known or comes twice,
--         else { 'ok', now (ms), creation number and token of the first task (those of the
--         others follow them) }
local session, generation = ARGV[1], ARGV[2]
local now = readClock()
local refusal, token, last = mayClaim(session, generation, now)
if refusal then return refusal end

local ids, seen, free = {}, {}, {}
for at = 3, #ARGV, 4 do
  local id, route = ARGV[at], ARGV[at + 1]
  if seen[id] or (not free[route] and call('ZSCORE', READY, route)) then return { 'not_first' } end
  seen[id], free[route] = true, true
  ids[#ids + 1] = id
end
-- A former task (deleted by hand) may have left an end.
for _, hash in ipairs({ TASKS, ENDS }) do
  for _, known in ipairs(call('HMGET', hash, unpack(ids))) do
    if known then return { 'not_first' } end
  end
end

local first = seqAfter(last, now)
local created, claimed = ' ' .. digits(now) .. ' 0 0 0 ', ' 1 ' .. digits(now) .. ' '
local texts, holders, running, holder = {}, {}, {}, ' ' .. session
for i, id in ipairs(ids) do
  local arg, at, seq = i * 4 - 1, i * 2, digits(first + i - 1)
  texts[at - 1], holders[at - 1], running[at - 1] = id, id, seq
  texts[at] = ARGV[arg + 2] .. ' ' .. seq .. created .. ARGV[arg + 1] .. '\n' .. ARGV[arg + 3]
  holders[at] = digits(token + i) .. claimed .. seq .. holder
  running[at] = id
end
call('HSET', META, 'token', digits(token + #ids), 'seq', digits(first + #ids - 1))
call('HSET', HOLDERS, unpack(holders))
call('ZADD', runningKey(session), unpack(running))
call('HSET', TASKS, unpack(texts))
for _, count in ipairs({ 'accepted', 'attempts', 'STARTED' }) do call('HINCRBY', COUNTS, count, #ids) end
return { 'ok', now, first, token + 1 }
