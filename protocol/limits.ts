/**
 * Every limit of the system, in one place, with what happens when it is met. Sizes are bytes
 * of UTF-8 and times are milliseconds unless a name says otherwise. See `limit-relations.ts`.
 */

// --- A task, as submitted. Beyond any of these: 400 (or 413), nothing stored.

export const ID_CHARS_MAX = 128;
export const TYPE_CHARS_MAX = 64;
export const QUEUE_CHARS_MAX = 64;
export const LABELS_MAX = 8;
export const LABEL_CHARS_MAX = 32;
export const PAYLOAD_BYTES_MAX = 256 * 1024;
export const PRIORITY_MAX = 255;
export const PRIORITY_DEFAULT = 5;

/** Routes with waiting work in one shard; one more: 429 `too_many_routes`. */
export const ROUTES_MAX = 1_000;

// --- A submission over HTTP.

/** One body. Beyond: 413. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Items of one array or NDJSON body. Beyond: 413. */
export const ITEMS_MAX = 50_000;
/** Submissions waiting in a node for the store. Beyond: 503 `overloaded`. */
export const SUBMIT_QUEUE_MAX = 100_000;
export const SUBMIT_QUEUE_BYTES_MAX = 128 * 1024 * 1024;
/** A submission unanswered by the store for so long: 503 `store_unavailable`. */
export const SUBMIT_TIMEOUT_MS = 900;
/** `?wait=` longer than this is cut to it. */
export const WAIT_MS_MAX = 60_000;
/** Until the first look for a task waited for: a short one that another node ran is over by then. */
export const WAIT_POLL_MS_MIN = 1;
/** Between looks for it; what lies between them grows from the minimum to this. */
export const WAIT_POLL_MS_MAX = 250;
export const WAIT_BATCH_MAX = 256;
/** Tasks that one node waits for on behalf of clients. Beyond: answered at once, with the task as it stands. */
export const WAITERS_MAX = 3_072;
export const LIST_LIMIT_DEFAULT = 50;
/** A page of a list ends with the task that makes its payloads and results exceed this, in each shard. */
export const LIST_BYTES_MAX = 4 * 1024 * 1024;
export const LIST_LIMIT_MAX = 500;
/** Nesting of a JSON text. Beyond: 400 `invalid_json`. */
export const JSON_DEPTH_MAX = 64;
/** An `Idempotency-Key`. Beyond: 400. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 256;
/** Items of a large body that are looked at before the node turns to other work. */
export const ITEMS_CHUNK = 512;
/** `/status/all` stops, and says `truncated`, at so many tasks or bytes. */
export const STATUS_ALL_MAX = 10_000;
export const STATUS_ALL_BYTES_MAX = 16 * 1024 * 1024;
/** Lists, `/status/all` among them, that are read or sent at once; of more, so many wait. Beyond: 503 `overloaded`. */
export const BULK_READS_MAX = 4;
export const BULK_READS_WAITING_MAX = 64;
/** Who waits longer: 503 `overloaded`. A client that takes nothing of its list for so long is cut off. */
export const BULK_READ_PATIENCE_MS = 10_000;

// --- Connections to the HTTP side.

/** One more is closed as soon as it opens. */
export const HTTP_CONNECTIONS_MAX = 4_096;
/** Request line and headers together. Beyond: 431. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** Headers, and then the whole request, must have come by then. Else: 408; where not a byte has come, the connection is closed. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves is closed after this. */
export const CONNECTION_IDLE_MS = 75_000;
/** Bodies larger than `BODY_SMALL_BYTES` that are held at once. Beyond: 503 `overloaded`. */
export const BODIES_BYTES_MAX = 128 * 1024 * 1024;
export const BODY_SMALL_BYTES = 32 * 1024;
/** A larger one that does not say its length is counted in steps of this, as it comes. */
export const BODY_STEP_BYTES = 256 * 1024;
/** When the node stops, answers under way have so long before they are cut off. */
export const HTTP_CLOSE_GRACE_MS = 1_000;

// --- What a task leaves behind.

/** A larger result ends the task FAILURE with code `result_too_large`. */
export const RESULT_BYTES_MAX = 256 * 1024;
/** Longer texts of an error are cut. */
export const ERROR_MESSAGE_CHARS_MAX = 2_000;
export const ERROR_STACK_CHARS_MAX = 8_000;
/** Attempts remembered for one task; the oldest are forgotten first. */
export const ATTEMPTS_KEPT_MAX = 32;
/** Ended tasks are forgotten after the first, and where the store has no memory for a new task, oldest first, after the second … */
export const ENDED_KEPT_MS = 24 * 60 * 60 * 1_000;
export const ENDED_KEPT_MS_MIN = 5 * 60 * 1_000;
/** … or, oldest first, beyond this many in the whole cluster. */
export const ENDED_KEPT_MAX = 100_000;

// --- Running tasks.

/** Crashes of the worker that ran a task. The last one ends it FAILURE `crashed`: it is poison. */
export const CRASHES_MAX = 3;
/** Lives of nodes lost while they ran it; it may be the cause. Likewise. */
export const LOSSES_MAX = 8;
/** A thrown error's own `code` longer than this is replaced by `failed`. */
export const ERROR_CODE_CHARS_MAX = 64;
/** Lines that one run of a task may log; a last line says that more were dropped. */
export const TASK_LOG_LINES_MAX = 100;
/** Longer lines are cut. */
export const TASK_LOG_LINE_CHARS_MAX = 1_000;
/** A worker thread whose heap outgrows this dies, and what it ran has crashed. */
export const WORKER_HEAP_MIB_MAX = 512;
/** Handlers that take longer to load stop the node from starting. */
export const HANDLERS_LOAD_MS = 15_000;
/** While none can load its handlers a thread is tried so often, at first sooner. Until then tasks run in those that have loaded, or wait. */
export const THREAD_RETRY_MS_MAX = 5_000;
/** A thread with work is asked for a sign of life so often … */
export const PING_MS = 250;
/** … and is given no more tasks once it has been silent for this long. */
export const SPIN_MS = 1_000;
/** Threads started in place of silent ones. Beyond: tasks queue at silent ones. */
export const SPARE_THREADS_MAX = 4;
/** Work that one thread is given before another one is woken for the next job. */
export const THREAD_WORK_MS = 2;
/** Suspects that run at once, each in a thread of its own. Beyond: they wait. */
export const ALONE_THREADS_MAX = 8;
/** A node without any task for so long ends its threads, all but one that stays warm. */
export const THREADS_IDLE_MS = 30_000;
/** How long the built-in `process_task` takes where neither task nor node says; and the most that a node may say. */
export const PROCESS_TASK_MS = 5_000;
export const PROCESS_TASK_MS_MAX = 24 * 60 * 60 * 1_000;

// --- Leases. See lease.ts for how they relate.

export const LEASE_TTL_MS = 5_000;
/** A session is renewed, and the sweep made, after a time between these two, drawn at random. */
export const PULSE_MS_MAX = 900;
export const PULSE_MS_MIN = 700;
/** The trust window ends so long before the lease can expire in the store. */
export const TRUST_MARGIN_MS = 1_000;
/** Between looks at whether others reach the store again, while this node's trust is over. */
export const DISTRUST_LOOK_MS = 1_000;
/** A task told to stop is ended by force after this. */
export const ABORT_GRACE_MS = 500;
/** A stopping node waits so long for its tasks before it hands them back, unless told otherwise … */
export const DRAIN_MS = 30_000;
/** … and it may not be told to wait longer. */
export const DRAIN_MS_MAX = 24 * 60 * 60 * 1_000;
/** It waits so long for the store to take the ends of its tasks; then it leaves, and its lease runs out. */
export const GOODBYE_MS = 3_000;
/** Between looks for ended tasks past their time. */
export const TRIM_MS = 30_000;
/** A starting node waits so long for its store; then it starts, is not ready, and goes on trying. */
export const STORE_START_MS = 2_000;

// --- Batches: how much one script may do at once. More waits for the next.

export const SUBMIT_BATCH_MAX = 128;
export const SUBMIT_BATCH_BYTES_MAX = 1024 * 1024;
/** Submissions of one shard under way to the store at once. */
export const SUBMIT_BATCHES_MAX = 4;
export const CLAIM_BATCH_MAX = 128;
/** Claims of one shard under way at once; the next one waits for an answer. */
export const CLAIMS_MAX = 4;
/** A claim that could be larger, where more tasks wait, goes out after this all the same. */
export const CLAIM_FILL_MS = 1;
/** A claim stops taking tasks once their texts exceed this … */
export const CLAIM_BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** … which it looks at after every so many tasks. */
export const READ_TASKS_MAX = 16;
export const CLAIM_ROUTES_MAX = 64;
export const COMPLETE_BATCH_MAX = 128;
export const COMPLETE_BATCH_BYTES_MAX = 1024 * 1024;
/** Batches of ends of one shard under way to the store at once; the next one waits for an answer. */
export const COMPLETE_BATCHES_MAX = 4;
/** Ends that a node keeps of one shard for a store that is away or slow; beyond, it claims nothing. */
export const ENDS_WAITING_BYTES_MAX = 64 * 1024 * 1024;
export const REVOKE_BATCH_MAX = 128;
export const TRIM_BATCH_MAX = 256;
/** Tasks of one session that a node compares with what it holds, at once. */
export const RECONCILE_MAX = 4_096;
/** Between tries of a store that did not answer, or had no room. */
export const STORE_RETRY_MS = 250;
/** Commands to the store that wait for their answers at once. Beyond, a call is refused as if the store could not be reached. */
export const STORE_COMMANDS_MAX = 32_768;

// --- Gossip.

/** A larger message is not sent, and dropped when received. */
export const GOSSIP_BYTES_MAX = 32 * 1024;
/** Between one announcement of a node and its next … */
export const ANNOUNCE_INTERVAL_MS_MIN = 2;
/** … and under load, which is when more tasks than this were told of in such a time. */
export const ANNOUNCE_INTERVAL_MS = 20;
export const ANNOUNCE_CALM_TASKS_MAX = 6;
/** Nodes are told of tasks on their way to the store; again, where its answer came only so long after the word, which no claim follows sooner. */
export const HINT_AHEAD_MS_MAX = 1;
/** Routes in one announcement; more go into the next. */
export const ANNOUNCE_ROUTES_MAX = 64;
/** A digest is sent so often where it matters at once … */
export const DIGEST_MS = 1_000;
/** … at the latest after this where nothing changes (see digest-pace.ts) … */
export const DIGEST_CALM_MS = 3_000;
/** … and less often the more nodes there are … */
export const DIGEST_MS_PER_NODE = 150;
/** … but no less often than this. */
export const DIGEST_MS_MAX = 30_000;
/** What a node sees of the store is told again and again for so long after a change. */
export const DIGEST_URGENT_MS = 4_000;
/** Peers named in one digest; of more, any so many are named. */
export const DIGEST_PEERS_MAX = 64;
/** By an older digest nobody is judged, unless its sender is connected to us and reaches the store. */
export const DIGEST_STALE_MS = 3_500;
/** Between one node's turn to claim announced work and the next one's. */
export const CLAIM_TURN_MS = 4;
/** Nodes that try announced work beyond those it needs; the rest sweep. */
export const CLAIM_TURNS_EXTRA = 2;
/** A peer is dialled again after the first, growing to the second, with jitter. */
export const REDIAL_MS_MIN = 500;
export const REDIAL_MS_MAX = 2_000;
/** A dial that takes longer has failed. */
export const DIAL_TIMEOUT_MS = 4_000;
/** Dials at once; more wait for the next look. Keeps a cluster that starts on a busy machine from dialling itself to a standstill. */
export const DIALS_AT_ONCE_MAX = 8;
/** A standing connection is looked after so often. */
export const LINK_LOOK_MS = 1_000;
/** Between reads of the registry when nothing hints at a change. */
export const REGISTRY_MS = 10_000;
/** After a stranger knocked, the registry is read no sooner than this. */
export const REGISTRY_MS_MIN = 200;
/** A probe of a lost peer's address is given so long. */
export const PROBE_TIMEOUT_MS = 500;
/** Between probes of a lost peer; doubling from the first to the second, or on for as long as it is alive, which ends them after the third. */
export const PROBE_AGAIN_MS_MIN = 25;
export const PROBE_AGAIN_MS_MAX = 500;
export const PROBE_ALIVE_MS = 5_000;
/** Lives held for dead because their address refused; beyond, the oldest is forgotten, and would be believed dead once more. */
export const REFUSALS_KEPT_MAX = 1_000;
/** Peers admitted; those beyond are refused. */
export const PEERS_MAX = 1_000;
/** Up to so many peers each node dials all; of more it dials … */
export const DIAL_ALL_MAX = 32;
/** … this many, and hears the rest through them. */
export const DIAL_SOME = 16;
/** Connections of one node, dialled and accepted. More are refused. */
export const CONNECTIONS_MAX = 256;
/** Connections accepted from one host in a second. More are refused, and dial again. */
export const ACCEPTS_PER_HOST_MAX = 64;
/** A connection over which gossip has ceased to flow for so long is closed and dialled again … */
export const MUTE_MS_MAX = 2_000;
/** … and likewise one over which it has not begun to. Longer, since a busy machine is slow to set it up. */
export const LINK_SETUP_MS_MAX = 6_000;
/** Each connection is tried so often … */
export const LINK_PING_MS = 7_000;
/** … and closed when no answer came within. */
export const LINK_PING_TIMEOUT_MS = 4_000;
/** A peer that takes longer to open a stream is passed over. */
export const STREAM_TIMEOUT_MS = 2_000;
/** One packet between peers, which may carry several messages. A larger one ends its stream. */
export const GOSSIP_PACKET_BYTES_MAX = 256 * 1024;
/** Unsent gossip to one slow peer. What comes on top is not sent to it. */
export const GOSSIP_BACKLOG_BYTES_MAX = 1024 * 1024;
/** A message so far behind the newest of its sender counts as a repeat: dropped. */
export const REPLAY_WINDOW = 256;
/** A sender silent for so long may start again from any epoch and number. */
export const SENDER_FORGOTTEN_MS = 30_000;
/** A stranger's knock is passed on so often; others in between are only refused. */
export const STRANGER_MS = 200;
/** Dropped messages are logged at most so often, as totals. */
export const DROPS_LOGGED_MS = 10_000;

// --- The node.

export const CONCURRENCY_MAX = 4_096;
/** A node that is gone stays in the list of nodes, as `dead`, for so long. */
export const DEAD_NODE_KEPT_MS = 10 * 60 * 1_000;
/** A connection to the store ends when it owes an answer and is silent for so long, or owes it for twice as long: the outcome is unknown then. */
export const STORE_COMMAND_TIMEOUT_MS = 2_000;
/** A Sentinel that has not said within this where the primary is is passed over for the next. */
export const SENTINEL_TIMEOUT_MS = 750;
export const SHARDS_MAX = 256;
/** Of a log that cannot be written so much is kept until it can; what is said beyond it is lost. */
export const LOG_BACKLOG_BYTES_MAX = 1024 * 1024;

// --- The command line and the local cluster.

export const UP_NODES_MAX = 32;
/** A node of it that died is started again after … */
export const RESTART_MS_MIN = 1_000;
/** … growing to, while it does not stay up for as long as this. */
export const RESTART_MS_MAX = 30_000;
/** A node that was told to stop has this long beyond its own limit, then it is killed. */
export const STOP_MARGIN_MS = 5_000;
/** What a log has grown to when its node starts: the log is set aside, the former one forgotten. */
export const NODE_LOG_BYTES_MAX = 16 * 1024 * 1024;
/** A local Redis that answers nothing for so long counts as stuck. */
export const REDIS_PROBE_MS = 2_000;
/** A local Redis that does not listen, or does not end, by then has failed to. */
export const REDIS_START_MS = 10_000;
export const REDIS_STOP_MS = 30_000;
/** How often `up` looks whether what it waits for has come. */
export const UP_POLL_MS = 50;
/** `up` says what it is waiting for so often. */
export const UP_TELL_MS = 5_000;
/** A second Ctrl-C ends the program at once, but within this it is the same one: npm passes on what its child has heard already. */
export const SAME_SIGNAL_MS = 500;
