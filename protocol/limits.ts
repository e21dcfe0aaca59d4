/**
 * Every limit of the system, in one place, with what happens when it is met.
 *
 * Sizes are bytes of UTF-8 and times are milliseconds unless a name says
 * otherwise. Relations between limits are asserted at the end of this file, so
 * that a change which breaks one stops the program before it starts.
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
/** Tasks that one node waits for on behalf of clients. Beyond: 503 `overloaded`. */
export const WAITERS_MAX = 10_000;
export const LIST_LIMIT_DEFAULT = 50;
export const LIST_LIMIT_MAX = 500;

// --- What a task leaves behind.

/** A larger result ends the task FAILURE with code `result_too_large`. */
export const RESULT_BYTES_MAX = 256 * 1024;
/** Longer texts of an error are cut. */
export const ERROR_MESSAGE_CHARS_MAX = 2_000;
export const ERROR_STACK_CHARS_MAX = 8_000;
/** Attempts remembered for one task; the oldest are forgotten first. */
export const ATTEMPTS_KEPT_MAX = 32;
/** Ended tasks are forgotten after this time … */
export const ENDED_KEPT_MS = 24 * 60 * 60 * 1_000;
/** … or, oldest first, beyond this many in the whole cluster. */
export const ENDED_KEPT_MAX = 100_000;

// --- Poison: when a task is given up.

/** Crashes of the worker that ran it. The last one ends it FAILURE `crashed`. */
export const CRASHES_MAX = 3;
/** Lives of nodes lost while they ran it; it may be the cause. Likewise. */
export const LOSSES_MAX = 8;

// --- Leases. See lease.ts for how they relate.

export const LEASE_TTL_MS = 5_000;
/** A session is renewed, and the sweep made, at the latest after this … */
export const PULSE_MS_MAX = 900;
/** … and at the earliest after this; the moment between is drawn at random. */
export const PULSE_MS_MIN = 700;
/** The trust window ends so long before the lease can expire in the store. */
export const TRUST_MARGIN_MS = 1_000;
/** A task told to stop is ended by force after this. */
export const ABORT_GRACE_MS = 500;
/** A stopping node waits so long for its tasks before it hands them back. */
export const DRAIN_MS = 30_000;

// --- Batches: how much one script may do at once. More waits for the next.

export const SUBMIT_BATCH_MAX = 128;
export const SUBMIT_BATCH_BYTES_MAX = 1024 * 1024;
export const CLAIM_BATCH_MAX = 128;
/** A claim stops taking tasks once their payloads exceed this. */
export const CLAIM_BATCH_BYTES_MAX = 4 * 1024 * 1024;
export const CLAIM_ROUTES_MAX = 64;
export const COMPLETE_BATCH_MAX = 128;
export const COMPLETE_BATCH_BYTES_MAX = 1024 * 1024;
export const REVOKE_BATCH_MAX = 128;
export const TRIM_BATCH_MAX = 256;
/** Tasks of one session that a node compares with what it holds, at once. */
export const RECONCILE_MAX = 4_096;

// --- Gossip.

/** A larger message is not sent, and dropped when received. */
export const GOSSIP_BYTES_MAX = 16 * 1024;
/** Announcements of one route within this time become one. */
export const ANNOUNCE_COALESCE_MS = 2;
/** Routes in one announcement; more go into the next. */
export const ANNOUNCE_ROUTES_MAX = 64;
export const DIGEST_MS = 1_000;
/** Peers named in one digest; of more, any so many are named. */
export const DIGEST_PEERS_MAX = 64;
/** A digest older than this no longer counts when nodes order themselves. */
export const DIGEST_STALE_MS = 3_500;
/** Between one node's turn to claim announced work and the next one's. */
export const CLAIM_TURN_MS = 4;
/** Nodes that try announced work beyond those it needs; the rest sweep. */
export const CLAIM_TURNS_EXTRA = 2;
/** Peers that are dialled again after … */
export const REDIAL_MS_MIN = 500;
/** … growing to, with jitter. */
export const REDIAL_MS_MAX = 2_000;
export const PEERS_MAX = 1_000;

// --- The node.

export const CONCURRENCY_MAX = 4_096;
export const NODES_MAX = 1_000;
/** A node that is gone stays in the list of nodes, as `dead`, for so long. */
export const DEAD_NODE_KEPT_MS = 10 * 60 * 1_000;
/** A command to the store unanswered for so long has an unknown outcome. */
export const STORE_COMMAND_TIMEOUT_MS = 2_000;
export const SHARDS_MAX = 256;

const relations: readonly (readonly [boolean, string])[] = [
	[
		PULSE_MS_MIN < PULSE_MS_MAX && PULSE_MS_MAX < 1_000,
		"a sweep comes round within a second",
	],
	[
		TRUST_MARGIN_MS + 2 * PULSE_MS_MAX < LEASE_TTL_MS,
		"one lost renewal does not end trust",
	],
	[
		ABORT_GRACE_MS < TRUST_MARGIN_MS,
		"an aborted task is ended before its lease can be taken over",
	],
	[
		SUBMIT_TIMEOUT_MS < 1_000,
		"a refusal for want of a store comes within a second",
	],
	[
		DIGEST_MS * 3 < DIGEST_STALE_MS,
		"two lost digests do not make a node stale",
	],
	[
		PAYLOAD_BYTES_MAX <= SUBMIT_BATCH_BYTES_MAX,
		"the largest payload fits into a batch",
	],
	[
		RESULT_BYTES_MAX <= COMPLETE_BATCH_BYTES_MAX,
		"the largest result fits into a batch",
	],
];
for (const [holds, sentence] of relations) {
	if (!holds) throw new Error(`limits contradict one another: ${sentence}`);
}
