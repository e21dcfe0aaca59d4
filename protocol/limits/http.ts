/** Limits of the HTTP side: of a submission, of reads, and of connections. */

/** One body. Beyond: 413. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Items of one array or NDJSON body. Beyond: 413. */
export const ITEMS_MAX = 50_000;
/** Submissions waiting in a node for the store. Beyond: 503 `overloaded`. */
export const SUBMIT_QUEUE_MAX = 100_000;
export const SUBMIT_QUEUE_BYTES_MAX = 128 * 1024 * 1024;
/** For so long after a full store that keeps its ended tasks has refused a task, `/readyz` says so. */
export const FULL_TOLD_MS = 10_000;
/** How long `/readyz` asks the store; a store that does not answer by then is not there. */
export const READY_ASK_MS = 1_000;
/** The longest that a submission waits behind others in a node. Beyond: 503 `overloaded`. */
export const SUBMIT_QUEUE_MS_MAX = 10_000;
/** Items of one request that have not been sent to the store within this: 503 `overloaded`. */
export const SUBMIT_ALL_MS_MAX = 40_000;
/**
 * Tasks that the store was too slow for are submitted again at this interval, for so
 * long, if they came with many others.
 */
export const SUBMIT_AGAIN_MS = 250;
export const SUBMIT_AGAIN_MS_MAX = 5_000;
/** A store that owes answers and has given none for so long is sent nothing more: 503 `overloaded`. */
export const SUBMIT_SILENCE_MS = 650;
/** What was sent to it is looked up. What is not found within this time after it was sent: 503 `outcome_unknown`. */
export const SUBMIT_TIMEOUT_MS = 900;
/** Time between look-ups that the store does not take. */
export const SUBMIT_LOOK_UP_MS = 50;
/**
 * A change of a task that others change at the same time is tried so often; then 503
 * `overloaded`. So is a change that the task is not ready for, as long as it turns out to
 * be ready when that is to be reported; then 409.
 */
export const CHANGE_TRIES_MAX = 5;
/** A longer `?wait=` is cut to this: proxies such as nginx give an answer up after 60 s. */
export const WAIT_MS_MAX = 50_000;
/** Time until the first look for a task that is waited for: a short one that another node ran is over by then. */
export const WAIT_POLL_MS_MIN = 1;
/** Time between later looks for it, which grows from the minimum to this. */
export const WAIT_POLL_MS_MAX = 250;
export const WAIT_BATCH_MAX = 256;
/** Tasks that one node waits for on behalf of clients. Beyond: answered at once, with the task as it stands. */
export const WAITERS_MAX = 3_072;
export const LIST_LIMIT_DEFAULT = 50;
/** A page of a list ends with the task that makes its payloads and results exceed this, in each shard. */
export const LIST_BYTES_MAX = 4 * 1024 * 1024;
export const LIST_LIMIT_MAX = 500;
/**
 * What was read of more routes with work than this is shown for so long before it is read
 * anew; on pages after the first, so is what was read of fewer.
 */
export const QUEUES_FEW = 1_000;
export const QUEUES_KEPT_MS = 10_000;
/**
 * How often in a second the reads that take many steps are made anew; whoever asks more
 * often gets what was read within it.
 */
export const KEPT_READS_A_SECOND_MAX = 10;
/** Nodes named as serving a queue. More are not named. */
export const QUEUE_NODES_TOLD_MAX = 8;
/** How far back `/v1/failures` looks unless the request says otherwise, and at most: nothing that ended before is kept. */
export const FAILURES_SINCE_MS = 24 * 60 * 60 * 1_000;
export const FAILURES_AGO_MS_MAX = 366 * FAILURES_SINCE_MS;
/** Nesting of a JSON text. Beyond: 400 `invalid_json`. */
export const JSON_DEPTH_MAX = 64;
/** An `Idempotency-Key`. Beyond: 400. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 256;
/** Items of a large body that are looked at before the node turns to other work. */
export const ITEMS_CHUNK = 512;
/** Such chunks of one body that are submitted at once; the next waits until one is through. */
export const ITEMS_CHUNKS_MAX = 8;
/** At so many tasks or bytes, `/status/all` stops and says `truncated`. */
export const STATUS_ALL_MAX = 10_000;
export const STATUS_ALL_BYTES_MAX = 16 * 1024 * 1024;
/**
 * Lists that are read at once, as many searches, and as many lists with all that there is of
 * each task, including `/status/all`; so many more of each wait. Beyond: 503 `overloaded`.
 */
export const LISTS_MAX = 2;
export const LISTS_WAITING_MAX = 64;
/**
 * What a single task may have to be read at once, if there is room for as much. Of a larger
 * one the size is read first, and then the task, once there is room.
 */
export const READ_BYTES = 64 * 1024;
/** Single tasks that are read at once; more wait. If they have been large lately, so many as have these bytes, and at least so many. */
export const READS_MAX = 64;
export const READS_BYTES_MAX = 4 * 1024 * 1024;
export const READS_MIN = 4;
/**
 * The longest that a request waits for its turn to be read for. Beyond: 503 `overloaded`.
 * A client that takes nothing of an answer for so long is cut off.
 */
export const READ_PATIENCE_MS = 10_000;
/**
 * Bytes of long answers that the system has not taken from the node yet, over all
 * connections: of two of the largest. Beyond: the next answer waits until another is out, or
 * has had its time and is cut off.
 */
export const UNSENT_BYTES_MAX = 2 * STATUS_ALL_BYTES_MAX;
/** The same of short answers, up to so many bytes, so that they do not wait for longer ones. A step of a reader of events is short. */
export const UNSENT_SHORT_BYTES_MAX = 8 * 1024 * 1024;
export const UNSENT_SHORT_BYTES = 512 * 1024;
/** The same of those in between, up to so many bytes: what is longer are lists with all that there is of each task. */
export const UNSENT_MIDDLE_BYTES_MAX = 16 * 1024 * 1024;
export const UNSENT_MIDDLE_BYTES = 4 * 1024 * 1024;
/** The same of tasks that requests which change something are answered with. Beyond: the next is read once there is room. */
export const UNSENT_DONE_BYTES_MAX = 4 * 1024 * 1024;
/**
 * The same of answers to the items of an array or of lines, for those of up to so many bytes,
 * and for longer ones. Beyond: such requests wait before they are begun, for
 * `READ_PATIENCE_MS` at most; then 503 `overloaded`.
 */
export const UNSENT_ITEMS_BYTES_MAX = 4 * 1024 * 1024;
export const UNSENT_ITEMS_BYTES = UNSENT_ITEMS_BYTES_MAX / 4;
export const UNSENT_MANY_ITEMS_BYTES_MAX = 4 * 1024 * 1024;
/** What the answer to one item of many is counted as before it is made. */
export const UNSENT_ITEM_BYTES = 128;
/** Smaller answers are not counted. */
export const UNSENT_SMALL_BYTES = 4 * 1024;
/**
 * What an answer is counted as before any of its route has been seen. One that turns out
 * to be larger by more than this than it was counted as waits if there is no room.
 */
export const UNSENT_UNKNOWN_BYTES = 64 * 1024;
/** How long an answer has been going out before its client may be called slow. */
export const UNSENT_GRACE_MS = 1_000;
/**
 * Bytes per millisecond; a client that takes as many is not slow, also if it takes them
 * all at once and then nothing for `READ_PATIENCE_MS`.
 */
export const UNSENT_PACE_MIN = 64;
/** Bytes of answers that are begun in one turn of the event loop; the rest follows in the next. */
export const UNSENT_TURN_BYTES = 4 * 1024 * 1024;
/** Long answers are sent in slices of this. */
export const UNSENT_SLICE_BYTES = 64 * 1024;
/** The log tells of connections that were cut off so long after the first of them, all in one line. */
export const CUT_OFFS_TOLD_MS = 10_000;

// --- Connections to the HTTP side.

/** Open connections. Requests on further ones are answered 503 `overloaded`, but for health. */
export const HTTP_CONNECTIONS_MAX = 4_096;
/** Connections that the system keeps until the node comes to them. Beyond: their clients try again after a second or more. */
export const HTTP_BACKLOG_MAX = 4_096;
/** Further connections that are open at once. One more is closed as soon as it opens. */
export const HTTP_SURPLUS_MAX = 1_024;
/** Of the files that its process may have open, connections take this share at most, both kinds together. The rest is for the store, other nodes and task code. */
export const HTTP_FILES_SHARE = 0.5;
/** Requests of one connection whose answers are not sent yet. Beyond: it is not read until one is. */
export const REQUESTS_OPEN_MAX = 8;
/** Such requests over all connections. Beyond: each connection has one at a time. */
export const REQUESTS_OPEN_ALL_MAX = 1_024;
/** How long requests are begun in one turn of the event loop; the rest wait for the next. */
export const HTTP_TURN_MS = 10;
/** Bytes of a head, or of a body in chunks, that are parsed at once: there may be so many requests in them. */
export const HEAD_PIECE_BYTES = 1_024;
/**
 * Bytes over all connections that have arrived and wait to be parsed. Beyond: a
 * connection with more than a few is closed.
 */
export const INFLOW_BYTES_MAX = 16 * 1024 * 1024;
export const INFLOW_SMALL_BYTES = 4 * 1024;
/** Request line and headers together. Beyond: 431. */
export const HEADER_BYTES_MAX = 16 * 1024;
/**
 * Headers, and then the whole request, must have arrived within this. Otherwise: 408; if
 * not a byte has come, the connection is closed.
 */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves is closed after this. */
export const CONNECTION_IDLE_MS = 75_000;
/**
 * Bytes that bodies hold at once beyond `BODY_SMALL_BYTES` each. Beyond: 503 `overloaded`
 * to the slowest, or to the one that asks.
 */
export const BODIES_BYTES_MAX = 32 * 1024 * 1024;
export const BODY_SMALL_BYTES = 8 * 1024;
/** A body is counted in steps of this, as it arrives. */
export const BODY_STEP_BYTES = 64 * 1024;
/** Larger bodies are worked on one at a time; so many wait, for `READ_PATIENCE_MS` at most. Beyond: 503 `overloaded`. */
export const BODY_LARGE_BYTES = 1024 * 1024;
export const BODIES_LARGE_WAITING_MAX = 64;
/** How long a body has been arriving before it may be called slow. */
export const BODY_GRACE_MS = 1_000;
/** For so long, a browser need not ask again whether a page of `--cors-origin` may make a request. */
export const PREFLIGHT_KEPT_S = 600;
/** Origins of other nodes that the page may switch to. Beyond: not named. */
export const PAGE_ORIGINS_MAX = 64;
/** Time between looks for another certificate in the files of `--tls-cert` and `--tls-key`. */
export const TLS_LOOK_MS = 1_000;
/** How long answers under way have, when the node stops, before they are cut off. */
export const HTTP_CLOSE_GRACE_MS = 1_000;
