/**
 * Limits of leases, and of how a node leaves. See trust.ts for what the holder of a lease
 * concludes from them, and limit-relations.ts for how they relate.
 */

export const LEASE_TTL_MS = 5_000;
/** A session is renewed, and the sweep made, after a time between these two, drawn at random. */
export const PULSE_MS_MAX = 900;
export const PULSE_MS_MIN = 700;
/** A node told that the store may have news looks no more often than this. */
export const LOOK_MS_MIN = 8;
/** The trust window ends this long before the lease can expire in the store. */
export const TRUST_MARGIN_MS = 1_000;
/** A renewal that is not answered within this is given up and tried again. */
export const RENEWAL_TIMEOUT_MS = 1_000;
/** No task is claimed under a lease whose last renewal was sent longer ago. */
export const CLAIM_AGE_MS_MAX = 2_000;
/** A session that has not renewed its lease for so long is named in every pulse's answer. */
export const OVERDUE_MS = 1_000;
/** A silent node may lose its lease before it expires, once its last renewal is this old. */
export const SILENT_LEASE_MS = 2_800;
/** Once its last renewal was sent this long ago, a node asks its peers whether they reach the store. */
export const ASK_AGE_MS = 1_100;
/** Time between one such question and the next. */
export const ASK_AGAIN_MS = 400;
/** From this age of its last renewal on, a node stops its tasks unless every peer that gossips has answered. */
export const CUT_OFF_AGE_MS = 2_000;
/** An answer to a question that was sent longer ago no longer shows that its peer hears us. */
export const ANSWER_FRESH_MS = 1_000;
/**
 * Nor does an older statement that a peer's store is away, or an older refusal of its
 * address, show that it cannot have taken our lease.
 */
export const AWAY_FRESH_MS = 3_500;
/** Time between looks at whether a lease may still be trusted. */
export const TRUST_LOOK_MS = 100;
/** A look that comes later than this shows that the whole node has slept. */
export const LOOK_LATE_MS = 150;
/** A node that has slept looks once more after this. By then it hears what was said meanwhile, and has asked the store. */
export const WAKE_LOOK_MS = 250;
/** A peer that others may hear is taken for silent only if nothing was heard from it for so long. */
export const SILENT_WORD_MS = 1_500;
/** A silent node may lose its lease early if there are no more gossiping peers than this, so that each hears all others. */
export const SILENT_PEERS_MAX = 28;
/** Two nodes' readings of the store's clock may differ by so much although it has not stepped. */
export const CLOCK_TOLERANCE_MS = 50;
/** Clocks of machines drift apart by no more than this part of the time. */
export const CLOCK_DRIFT_MAX = 0.02;
/** A node that waited longer for the store's answer knows its clock too badly to take a silent node's lease early. */
export const CLOCK_BLUR_MS_MAX = 150;
/** A task told to stop is ended by force after this. */
export const ABORT_GRACE_MS = 500;
/** A stopping node waits so long for its tasks before it hands them back, unless told otherwise. */
export const DRAIN_MS = 30_000;
/** The longest that a node may be told to wait for its tasks when it stops. */
export const DRAIN_MS_MAX = 24 * 60 * 60 * 1_000;
/** A stopping node waits so long for the store to take the ends of its tasks; then it leaves, and its lease expires. */
export const GOODBYE_MS = 3_000;
/**
 * A node is gone this long after its tasks' time to finish, whatever they do and wherever
 * the store is. ABORT_GRACE_MS, END_BY_FORCE_MS, HAND_BACK_MS, FAREWELL_MS and EXIT_MS are
 * parts of it.
 */
export const STOP_BOUND_MS = 3_000;
/** How long a task has after it was ended by force: one that is still there then is in a call that cannot be ended. */
export const END_BY_FORCE_MS = 250;
/** How long the store has to take back what did not finish, and then as long to hear goodbye. */
export const HAND_BACK_MS = 1_000;
export const FAREWELL_MS = 750;
/** How long the process has to close what it has open. */
export const EXIT_MS = 300;
/** A node told to stop a second time ends all its tasks by force, and has so long to say goodbye. */
export const FAREWELL_AT_ONCE_MS = 500;
/** Time between looks for ended tasks past their time. */
export const TRIM_MS = 30_000;
/** After a look that discarded all it could, ends cause no other for so long. */
export const TRIM_AGAIN_MS = 1_000;
/** A starting node waits so long for its store; then it starts, is not ready, and goes on trying. */
export const STORE_START_MS = 2_000;
