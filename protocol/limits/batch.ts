/** Limits of batches: how much one script may do at once. More waits for the next. */

export const SUBMIT_BATCH_MAX = 128;
export const SUBMIT_BATCH_BYTES_MAX = 1024 * 1024;
/** Submissions of one shard under way to the store at once. */
export const SUBMIT_BATCHES_MAX = 4;
export const CLAIM_BATCH_MAX = 128;
/** Claims of one shard under way at once; the next one waits for an answer. */
export const CLAIMS_MAX = 4;
/** A claim that could be larger, since more tasks wait, leaves after this all the same. */
export const CLAIM_FILL_MS = 1;
/**
 * A shard may owe answers for so long while another one answers calls sent later. Then it
 * has no claim to the slots set aside for it: others that lack slots get them. Tasks that
 * it gives late and that find no slot are handed back.
 */
export const CLAIM_SILENCE_MS = 50;
/** A claim stops taking tasks once their texts exceed this. */
export const CLAIM_BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** A claim looks at how much it has taken after every so many tasks. */
export const READ_TASKS_MAX = 16;
export const CLAIM_ROUTES_MAX = 64;
/** Routes about which it is asked at once how many of their tasks have waited for long. */
export const LEFT_OVER_ROUTES_MAX = 8;
export const COMPLETE_BATCH_MAX = 128;
export const COMPLETE_BATCH_BYTES_MAX = 1024 * 1024;
/** Batches of ends of one shard under way to the store at once; the next one waits for an answer. */
export const COMPLETE_BATCHES_MAX = 4;
/** Ends that a node keeps for one shard whose store is away or slow. Beyond: it claims nothing. */
export const ENDS_WAITING_BYTES_MAX = 64 * 1024 * 1024;
/**
 * A step that writes tasks anew takes no further one once what it has read of them
 * exceeds this. So long tasks, of which a batch may have several, do not hold the store
 * up. The rest is left to another step.
 */
export const STEP_BYTES_MAX = 256 * 1024;
export const REVOKE_BATCH_MAX = 128;
/** Tasks cancelled in one step. */
export const CANCEL_BATCH_MAX = 128;
/** Tasks that are reopened in one step. */
export const RETRY_BATCH_MAX = 128;
/** Ended tasks that are deleted in one step. */
export const REMOVE_BATCH_MAX = 128;
/** Ended tasks that are discarded in one step; of those that ended together it takes all. */
export const TRIM_BATCH_MAX = 256;
/** Tasks of one session that a node compares with what it holds at once. */
export const RECONCILE_MAX = 4_096;
/** Attempts in hand that a node asks the store about in one call; about more, it asks in several. */
export const UNLISTED_BATCH_MAX = 256;
/** Time between tries of a store that did not answer, or had no room. */
export const STORE_RETRY_MS = 250;
/** Commands to the store that wait for their answers at once. Beyond: a call is not sent, 503 `overloaded`. */
export const STORE_COMMANDS_MAX = 32_768;
