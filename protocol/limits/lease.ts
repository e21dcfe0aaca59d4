/** Limits of leases, and of how a node leaves. See lease.ts for how they relate. */

export const LEASE_TTL_MS = 5_000;
/** A session is renewed, and the sweep made, after a time between these two, drawn at random. */
export const PULSE_MS_MAX = 900;
export const PULSE_MS_MIN = 700;
/** The trust window ends so long before the lease can expire in the store. */
export const TRUST_MARGIN_MS = 1_000;
/** A session that has not renewed its lease for so long is named to whoever pulses. */
export const OVERDUE_MS = 1_000;
/** A silent node may lose its lease before it runs out once its last renewal is so old. */
export const SILENT_LEASE_MS = 2_800;
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
/** A node is gone so long after its tasks' time to finish, whatever they do and wherever the store is … */
export const STOP_BOUND_MS = 3_000;
/** … of which a task has so long after it was ended by force: one that is still there is in a call that cannot be ended … */
export const END_BY_FORCE_MS = 250;
/** … the store so long to take back what did not finish, and so long to hear goodbye … */
export const HAND_BACK_MS = 1_000;
export const FAREWELL_MS = 750;
/** … and the process to close what it has open. */
export const EXIT_MS = 300;
/** A node that is told a second time to stop ends all its tasks by force, and has so long to say goodbye. */
export const FAREWELL_AT_ONCE_MS = 500;
/** Between looks for ended tasks past their time. */
export const TRIM_MS = 30_000;
/** A starting node waits so long for its store; then it starts, is not ready, and goes on trying. */
export const STORE_START_MS = 2_000;
