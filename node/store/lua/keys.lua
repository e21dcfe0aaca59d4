-- Every key of the store, and what scripts share. Each script is preceded by those parts of this
-- that it names (see scripts.ts).
--
-- KEYS[1] of every script is the shard's hash tag, e.g. {hearsay:0}. All keys of
-- a shard begin with it, so on a Redis Cluster they lie in one slot, and an ACL
-- can grant them as ~{hearsay:*.
--
--   {hearsay:0}:meta               hash   gen, run, token, seq, registry, opens, steps, back; totals: accepted, attempts,
--                                         stale, forgotten, reopened, events (bytes); bytes of ended tasks, by kind: successes, failures;
--                                         shards, layout (the cluster's, see number.lua); access: number of the last writing
--                                         of access tokens
--   {hearsay:0}:tasks              hash   id → a line each: "priority seq created(ms) counts route", its options
--                                         (JSON, or nothing), its payload (JSON). Counts are
--                                         "attempts,crashes,losses,failures,round", of attempts that ended
--                                         without a result; or "0": 0,0,0,0,1, as of every new task. Behind
--                                         them ",due,expires" (ms; 0: none), of a task that has either; and
--                                         ",keep" (ms) behind these, if it says how long it is to be kept
--   {hearsay:0}:ends               hash   id → "STATE ended(ms)", and, where an attempt brought it, " how
--                                         started(ms)" and that attempt as in holders; a line break,
--                                         result or error (JSON)
--   {hearsay:0}:past               hash   id → a line for each attempt that ended without a result, see attempt.lua
--   {hearsay:0}:holders            hash   id → "token attempt claimed(ms) seq size session"; the tasks that are
--                                         STARTED. Behind claimed ",started" (ms), once its holder has said
--                                         when its code began. Size: of its text, in bytes; behind it ",keep",
--                                         as in the head
--     One hash for all tasks, so that a script reads, writes or deletes those of a whole batch
--     in one command, without a key for each. A task with an end has ended, one among the
--     holders is STARTED, one that is due later is SCHEDULED, and any other waits.
--   {hearsay:0}:queue:<route>      zset   id → rank; the tasks that are PENDING
--   {hearsay:0}:routes             zset   route → seq that no task in its queue is above; the routes that exist: whose
--                                         queues are not empty
--   {hearsay:0}:ready              zset   route → number; the routes that may be claimed from. The number is from seq,
--                                         above all before it, so that a node finds what is new to it
--   {hearsay:0}:unserved           zset   route → number; the routes that no node serves, as far as whoever last looked
--                                         knows: they are in here and not in ready
--   {hearsay:0}:displaced          zset   id → seq; tasks whose place in their queue is not their seq
--   {hearsay:0}:late               zset   last place of a run → its first; runs of places that only such tasks have had
--   {hearsay:0}:due                zset   id → when it is due, ms; the tasks that are SCHEDULED
--   {hearsay:0}:on:STARTED         zset   route → how many of its tasks are STARTED; only routes with some
--   {hearsay:0}:on:SCHEDULED       zset   the same for tasks that are SCHEDULED
--   {hearsay:0}:scheduled          zset   id → seq; the tasks that are SCHEDULED
--   {hearsay:0}:expiring           zset   id → when it expires, ms; the tasks that must have begun by then
--   {hearsay:0}:cancels            hash   id → "at(ms) by", a line break, why; tasks that somebody has asked to end
--   {hearsay:0}:marks:<session>    zset   "token id" → when, ms; attempts that it is to stop for that
--   {hearsay:0}:running:<session>  zset   id → seq; its tasks among the holders, behind a first member (open.lua)
--   {hearsay:0}:sessions           zset   session → lease end, ms; 0 is revoked
--   {hearsay:0}:nodes              hash   node id → its record, JSON
--   {hearsay:0}:epochs             hash   node id → its newest epoch
--   {hearsay:0}:drains             hash   node id → epoch of the session that is asked to drain
--   {hearsay:0}:lost               hash   node id → what was last lost with a life of it, see lives.lua
--   {hearsay:0}:deaths             hash   node id → how its leases were taken, see deaths.lua
--   {hearsay:0}:gone               zset   node id → when its lease was taken, ms
--   {hearsay:0}:ended:<STATE>      zset   id → seq
--   {hearsay:0}:failed             zset   id → when it ended, ms; the tasks that are FAILURE
--   {hearsay:0}:order:<kind>       zset   the order in which ended tasks of a kind are discarded: successes, or failures, which
--                                         are all others. "id id … size", those that ended together and their size in
--                                         bytes, or "id ~" → when, ms
--   {hearsay:0}:own:<kind>         zset   "ended(ms) id" → when it is to be discarded, ms; tasks that say how long they are to
--                                         be kept, which are not in the order
--   {hearsay:0}:stats:<span>:<n>   hash   how work went in a step of time, see stats.lua
--   {hearsay:0}:live               hash   number of a step → figures at its end, see sample.lua; as many as LIVE_STEPS
--   {hearsay:0}:events             stream what happened, an entry a script; see events.lua. Kept to a size
--   {hearsay:0}:runs               hash   id that has further runs (runs.lua) → "last kept", the last number given, and how
--                                         many are kept; ~run → id, of each of these, and ~~id → id, of the first
--   {hearsay:0}:access             hash   name of an access token → its line, see access.lua; in the first shard only
--   {hearsay:0}:access-order       zset   name of one → number of its last writing
--   {hearsay:0}:access-revoked     zset   name of one that is revoked → when, ms
--   {hearsay:0}:access-used        hash   name of one → hour in which it was last used, ms
local call = redis.call
local SHARD = KEYS[1]
local META = SHARD .. ':meta'
local ROUTES = SHARD .. ':routes'
local READY = SHARD .. ':ready'
local UNSERVED = SHARD .. ':unserved'
local DISPLACED = SHARD .. ':displaced'
local LATE = SHARD .. ':late'
local DUE = SHARD .. ':due'
local SCHEDULED = SHARD .. ':scheduled'
local STARTED_ON = SHARD .. ':on:STARTED'
local SCHEDULED_ON = SHARD .. ':on:SCHEDULED'
local EXPIRING = SHARD .. ':expiring'
local CANCELS = SHARD .. ':cancels'
local SESSIONS = SHARD .. ':sessions'
local NODES = SHARD .. ':nodes'
local EPOCHS = SHARD .. ':epochs'
local DRAINS = SHARD .. ':drains'
local LOST = SHARD .. ':lost'
local DEATHS = SHARD .. ':deaths'
local GONE = SHARD .. ':gone'
local FAILED = SHARD .. ':failed'
local RUNS = SHARD .. ':runs'
local ACCESS = SHARD .. ':access'
local ACCESS_ORDER = SHARD .. ':access-order'
local ACCESS_REVOKED = SHARD .. ':access-revoked'
local ACCESS_USED = SHARD .. ':access-used'
local EVENTS = SHARD .. ':events'
local LIVE = SHARD .. ':live'
local TASKS = SHARD .. ':tasks'
local ENDS = SHARD .. ':ends'
local PAST = SHARD .. ':past'
local HOLDERS = SHARD .. ':holders'
local function queueKey(route) return SHARD .. ':queue:' .. route end
local function runningKey(session) return SHARD .. ':running:' .. session end
local function marksKey(session) return SHARD .. ':marks:' .. session end
-- How many tasks a session runs: all members but the first, whose score is negative.
local function countRunning(session) return call('ZCOUNT', runningKey(session), 0, '+inf') end
local FIRST_MEMBER = string.rep(' ', 65)
local function endedKey(state) return SHARD .. ':ended:' .. state end
local function statsKey(span, place) return SHARD .. ':stats:' .. span .. ':' .. place end
local function orderKey(kind) return SHARD .. ':order:' .. kind end
local function ownKey(kind) return SHARD .. ':own:' .. kind end

-- The one clock: read once, at the start of a script that needs it. Milliseconds.
local function readClock()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Lua's own tostring rounds above 10^14. All our numbers are whole and below 2^53.
local function digits(number) return string.format('%d', number) end

-- Returns a function that makes texts of numbers which mostly rise one by one. Then all but the last
-- digit is mostly as it was, and making the whole text anew takes twice as long.
local DIGITS = { [0] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' }
local function risingDigits()
  local tens, front
  return function(number)
    local last = number % 10
    if number - last ~= tens then tens, front = number - last, digits((number - last) / 10) end
    return front .. DIGITS[last]
  end
end

-- Texts of numbers that occur again and again, such as sizes.
local TEXTS = setmetatable({}, { __index = function(texts, number)
  texts[number] = digits(number)
  return texts[number]
end })

local function nodeOf(session) return string.match(session, '^(.*):%d+$') end

local function rankOf(priority, seq) return (PRIORITY_MAX - priority) * SEQ_SPAN + seq end
