-- Every key of the store, and what scripts share. In front of each script (see
-- scripts.ts) stands what it names of this.
--
-- KEYS[1] of every script is the shard's hash tag, e.g. {hearsay:0}. All keys of
-- a shard begin with it, so on a Redis Cluster they lie in one slot, and an ACL
-- can grant them as ~{hearsay:*.
--
--   {hearsay:0}:meta               hash   gen, run, token, seq, registry, opens, steps, back; totals: accepted, attempts,
--                                         stale, forgotten; shards, layout (the cluster's, see number.lua)
--   {hearsay:0}:tasks              hash   id → a line each: "priority seq created(ms) counts route", its options
--                                         (JSON, or nothing), its payload (JSON). Counts are
--                                         "attempts,crashes,losses,failures,round", of attempts that ended
--                                         without a result; or "0": 0,0,0,0,1, as of every new task. Behind
--                                         them ",due,expires" (ms; 0: none), of a task that has either
--   {hearsay:0}:ends               hash   id → "STATE ended(ms)", and, where an attempt brought it, " how
--                                         started(ms)" and that attempt as in holders; a line break,
--                                         result or error (JSON)
--   {hearsay:0}:past               hash   id → a line for each attempt that ended without a result, see attempt.lua
--   {hearsay:0}:holders            hash   id → "token attempt claimed(ms) seq session"; the tasks that are STARTED
--     One hash for all tasks, so that a script reads, writes or deletes those of a whole batch
--     in one command, without making a key for each. A task with an end has ended, one among
--     the holders is STARTED, one that is due later is SCHEDULED, any other waits.
--   {hearsay:0}:queue:<route>      zset   id → rank; the tasks that are PENDING
--   {hearsay:0}:routes             zset   route → seq that no task in its queue is above; the routes that exist: whose
--                                         queues are not empty
--   {hearsay:0}:ready              zset   route → number; those of them that may be claimed from. A number from seq,
--                                         above all before it, so that a node finds what is new to it
--   {hearsay:0}:unserved           zset   route → number; likewise those that no node serves, as far as who last
--                                         looked knows: in here and not in ready
--   {hearsay:0}:displaced          zset   id → seq; tasks whose place in their queue is not their seq
--   {hearsay:0}:due                zset   id → when it is due, ms; the tasks that are SCHEDULED
--   {hearsay:0}:scheduled          zset   id → seq; the same
--   {hearsay:0}:expiring           zset   id → when it expires, ms; the tasks that must have begun by then
--   {hearsay:0}:cancels            hash   id → "at(ms) by", a line break, why; tasks that somebody has asked to end
--   {hearsay:0}:marks:<session>    zset   "token id" → when, ms; attempts that it is to stop for that
--   {hearsay:0}:running:<session>  zset   id → seq; its tasks among the holders, behind a first member (open.lua)
--   {hearsay:0}:sessions           zset   session → lease end, ms; 0 is revoked
--   {hearsay:0}:nodes              hash   node id → its record, JSON
--   {hearsay:0}:epochs             hash   node id → its newest epoch
--   {hearsay:0}:drains             hash   node id → epoch of the session that is asked to drain
--   {hearsay:0}:lost               hash   node id → what was last lost with a life of it, see lives.lua
--   {hearsay:0}:gone               zset   node id → when its lease was taken, ms
--   {hearsay:0}:ended:<STATE>      zset   id → seq
--   {hearsay:0}:ended              zset   ids that ended together, blanks between → when, ms; the order in which they
--                                         are forgotten
--   {hearsay:0}:outlived           hash   id → how often it stands there for an end that is no more
--   {hearsay:0}:runs               hash   id that has further runs (runs.lua) → "last kept", the last number given, and how
--                                         many are kept; ~run → id, of each of these, and ~~id → id, of the first
local call = redis.call
local SHARD = KEYS[1]
local META = SHARD .. ':meta'
local ROUTES = SHARD .. ':routes'
local READY = SHARD .. ':ready'
local UNSERVED = SHARD .. ':unserved'
local DISPLACED = SHARD .. ':displaced'
local DUE = SHARD .. ':due'
local SCHEDULED = SHARD .. ':scheduled'
local EXPIRING = SHARD .. ':expiring'
local CANCELS = SHARD .. ':cancels'
local SESSIONS = SHARD .. ':sessions'
local NODES = SHARD .. ':nodes'
local EPOCHS = SHARD .. ':epochs'
local DRAINS = SHARD .. ':drains'
local LOST = SHARD .. ':lost'
local GONE = SHARD .. ':gone'
local ENDED = SHARD .. ':ended'
local OUTLIVED = SHARD .. ':outlived'
local RUNS = SHARD .. ':runs'
local TASKS = SHARD .. ':tasks'
local ENDS = SHARD .. ':ends'
local PAST = SHARD .. ':past'
local HOLDERS = SHARD .. ':holders'
local function queueKey(route) return SHARD .. ':queue:' .. route end
local function runningKey(session) return SHARD .. ':running:' .. session end
local function marksKey(session) return SHARD .. ':marks:' .. session end
-- Tasks that a session runs: all members but the first, whose score is negative.
local function countRunning(session) return call('ZCOUNT', runningKey(session), 0, '+inf') end
local FIRST_MEMBER = string.rep(' ', 65)
local function endedKey(state) return SHARD .. ':ended:' .. state end

-- The one clock: read once, at the start of a script that needs it. Milliseconds.
local function readClock()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Lua's own tostring rounds above 10^14. All our numbers are whole and below 2^53.
local function digits(number) return string.format('%d', number) end

local function nodeOf(session) return string.match(session, '^(.*):%d+$') end

-- Patterns that are matched for every task say [^ ], as Lua takes twice as long for a
-- class such as %d: it asks C's locale about each character.

-- Token, seq and session of an attempt, as the holders have it; nil where nobody holds the task.
local function parseHolder(held)
  if held then return string.match(held, '^([^ ]+) [^ ]+ [^ ]+ (%d+) (.+)$') end
end

-- The head of a task, which is its first line; nil of a text that has none (written by hand).
-- Numbers as text, but the priority.
local function parseHead(task)
  local priority, seq, created, counts, route =
    string.match(task, '^(%d+) (%d+) (%d+) ([^ ]+) ([^\n]+)')
  if counts == '0' then counts = '0,0,0,0,1' end
  local attempts, crashes, losses, failures, round, times =
    string.match(counts or '', '^(%d+),(%d+),(%d+),(%d+),(%d+)(.*)$')
  if not times then return nil end
  local due, expires = string.match(times, '^,(%d+),(%d+)$')
  return {
    priority = tonumber(priority), seq = seq, created = created, attempts = attempts,
    crashes = crashes, losses = losses, failures = failures, round = round, route = route,
    due = tonumber(due or 0), expires = tonumber(expires or 0),
  }
end
-- The text of a task, with another head.
local function withHead(task, head)
  local counts = table.concat({ head.attempts, head.crashes, head.losses, head.failures, head.round }, ',')
  if head.due > 0 or head.expires > 0 then
    counts = counts .. ',' .. digits(head.due) .. ',' .. digits(head.expires)
  end
  local line = table.concat({ head.priority, head.seq, head.created, counts, head.route }, ' ')
  return line .. string.match(task, '\n.*')
end
local function rankOf(priority, seq) return (PRIORITY_MAX - priority) * SEQ_SPAN + seq end
