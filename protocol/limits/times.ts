/** Limits of when tasks are due and expire, and of how nodes see to it. */

/** How far ahead a task may be due, and how long after that it may expire; further: 400. */
export const DUE_MS_MAX = 366 * 24 * 60 * 60 * 1_000;
/** How often a task may be tried again; more: 400. */
export const RETRIES_MAX = 100;
/** The longest that it may be put off each time; longer: 400, or cut. */
export const BACKOFF_MS_MAX = 24 * 60 * 60 * 1_000;
/** Tasks that are due, and tasks that have expired, dealt with in one step; of more the rest follows. */
export const ELAPSE_BATCH_MAX = 256;
/** Between two such steps of one node on one shard. */
export const ELAPSE_GAP_MS = 5;
/** Nodes whose turn it is at what is due come one after the other, so far apart. */
export const ELAPSE_TURN_MS = 15;
/** What a pulse tells to be due for so long has been missed by all whose turn it was: whose pulse it is acts. */
export const ELAPSE_OVERDUE_MS = 100;
/** The longest that a node sets a timer to; timers of Node.js end at 24 days. */
export const ELAPSE_TIMER_MS_MAX = 60 * 60 * 1_000;
