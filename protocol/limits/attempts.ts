/**
 * Limits on what task code may ask of one attempt, and of what comes after it.
 */

/** The longest timeout that an attempt may have. Longer: 400, or the handler file does not load. */
export const TIMEOUT_MS_MAX = 7 * 24 * 60 * 60 * 1_000;
/**
 * An attempt that has reached its timeout, or is cancelled, is ended by force so long
 * after its signal, unless the task or its handler says otherwise; and the most that
 * either may say.
 */
export const KILL_AFTER_MS = 5_000;
export const KILL_AFTER_MS_MAX = 5 * 60 * 1_000;
/**
 * Types that get threads of their own because one of their tasks had to be ended by
 * force. Those beyond share the last of these.
 */
export const UNRULY_TYPES_MAX = 8;
