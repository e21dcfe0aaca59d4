/**
 * Limits of a task: as it is submitted (beyond any of the first: 400 or 413, nothing is
 * stored), and of what it leaves behind.
 */

export const ID_CHARS_MAX = 128;
/** A longer `task_id` of the Celery system is no name: it is only repeated in answers, and its task has a generated id. */
export const CELERY_NAME_CHARS_MAX = 111;
export const TYPE_CHARS_MAX = 64;
export const QUEUE_CHARS_MAX = 64;
export const LABELS_MAX = 8;
export const LABEL_CHARS_MAX = 32;
/** For one task, each tag counted once. */
export const TAGS_MAX = 16;
export const TAG_CHARS_MAX = 64;
export const PAYLOAD_BYTES_MAX = 256 * 1024;
export const PRIORITY_MAX = 255;
export const PRIORITY_DEFAULT = 5;

/** Routes with waiting work in one shard that some node serves. One more: 429 `too_many_routes`. */
export const ROUTES_MAX = 16_384;
/** Routes that no node serves, which leave the served ones their room. One more: 429 `too_many_unserved`. */
export const UNSERVED_ROUTES_MAX = 16_384;
/** From so many served routes on, nodes check whether all of them still are. */
export const ROUTES_SORTED_MIN = 500;
/** New routes of one kind that one pulse names to a node; further pulses, at once, name the rest. */
export const PULSE_ROUTES_MAX = 256;
/**
 * Served routes that each pulse names to a node once more, one after the other: what the
 * node lost sight of is found in that time.
 */
export const SWEEP_ROUTES_MAX = 64;
/** Routes of one shard that are listed with what waits on them; if there are more, those that tasks came to last. */
export const BACKLOG_ROUTES_MAX = 2_000;
/**
 * Routes looked at in one step, to find how much waits on each and since when; fewer,
 * once so many of their priorities have been looked at.
 */
export const QUEUES_STEP_MAX = 100;
export const QUEUES_LOOKS_MAX = 400;
/**
 * Routes of one shard on which nothing waits that are listed as some of their tasks run, and
 * as some are not due yet: those with most.
 */
export const BUSY_ROUTES_MAX = 1_000;

// --- What a task leaves behind.

/** A larger result ends the task FAILURE with code `result_too_large`. */
export const RESULT_BYTES_MAX = 256 * 1024;
/** Longer texts of an error are cut. */
export const ERROR_MESSAGE_CHARS_MAX = 2_000;
export const ERROR_STACK_CHARS_MAX = 8_000;
/**
 * Errors that led to the one thrown and are shown with it: so many in all, and so deep.
 * More are left out, and the answer says so.
 */
export const ERROR_CAUSES_MAX = 16;
export const ERROR_CAUSES_DEPTH_MAX = 5;
/** The message and the stack of each error that led to another are cut to this. */
export const ERROR_CAUSE_CHARS_MAX = 1_000;
/** Each text of an error that is kept with an attempt, if the task was tried again, is cut to this. */
export const ATTEMPT_ERROR_CHARS_MAX = 1_000;
/**
 * The part of an error's first line by which failures are grouped; the rest is cut. In
 * JSON a character may take six bytes.
 */
export const FIRST_LINE_CHARS_MAX = 200;
export const FIRST_LINE_BYTES = 6 * FIRST_LINE_CHARS_MAX;
/**
 * Failures looked at in one step for that; fewer, once their texts exceed this; and in
 * all. Beyond: the answer says how far back it has looked.
 */
export const FAILURES_STEP_MAX = 100;
export const FAILURES_STEP_BYTES = 1024 * 1024;
export const FAILURES_LOOKED_MAX = 10_000;
/**
 * The longest `tracestate` that a task may bring. Longer ones are refused, and left out
 * if they come in a header. The standard wants as many to be passed on.
 */
export const TRACE_STATE_CHARS_MAX = 512;
/** Attempts remembered for one task. Beyond: the oldest are discarded. */
export const ATTEMPTS_KEPT_MAX = 32;
/** Nothing that ended less than this ago is discarded, however much there is: whoever waits for it finds its end. */
export const ENDED_KEPT_MS_MIN = 60 * 1_000;
/** Unless nodes are told otherwise, tasks that succeeded are discarded after this time. */
export const SUCCESSES_KEPT_MS = 24 * 60 * 60 * 1_000;
/** Beyond this number in the whole cluster, the oldest tasks that succeeded are discarded. */
export const SUCCESSES_KEPT_MAX = 1_000_000;
/** Beyond this size of everything kept of them, the oldest tasks that succeeded are discarded. */
export const SUCCESSES_KEPT_BYTES_MAX = 1024 ** 3;
/** Tasks that ended otherwise have a time, a number and a size of their own. */
export const FAILURES_KEPT_MS = 7 * 24 * 60 * 60 * 1_000;
export const FAILURES_KEPT_MAX = 250_000;
export const FAILURES_KEPT_BYTES_MAX = 512 * 1024 ** 2;
/** What a node was told to keep counts for so long after the node was last seen: it may be about to come back. */
export const RETENTION_TOLD_MS = 10 * 60 * 1_000;
/** The longest time that a node may be told to keep ended tasks. */
export const KEEP_MS_MAX = 3_650 * 24 * 60 * 60 * 1_000;
/** The longest that a task may ask to be kept once it has ended; the shortest is ENDED_KEPT_MS_MIN. */
export const RETENTION_MS_MAX = 90 * 24 * 60 * 60 * 1_000;
