/**
 * Limits on when tasks are due and expire, and on how nodes see to it.
 */

/** How far ahead a task may be due, and how long after that it may expire. Further: 400. */
export const DUE_MS_MAX = 366 * 24 * 60 * 60 * 1_000;
/** How often a task may be tried again. More: 400. */
export const RETRIES_MAX = 100;
/** The longest that a task may be put off each time. Longer: 400, or cut. */
export const BACKOFF_MS_MAX = 24 * 60 * 60 * 1_000;
/** Tasks that are due, and tasks that have expired, dealt with in one step; the rest follows. */
export const ELAPSE_BATCH_MAX = 256;
/** Time between two such steps of one node on one shard. */
export const ELAPSE_GAP_MS = 5;
/** Time between the turns of nodes at what is due. */
export const ELAPSE_TURN_MS = 15;
/** If a pulse shows something due for so long, all whose turn it was have missed it: the node whose pulse it is acts. */
export const ELAPSE_OVERDUE_MS = 100;
/** The longest time that a node sets a timer to; timers of Node.js end at 24 days. */
export const ELAPSE_TIMER_MS_MAX = 60 * 60 * 1_000;
