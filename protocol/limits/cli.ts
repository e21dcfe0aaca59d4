/** Limits of the command line and of the local cluster. */

export const UP_NODES_MAX = 32;
/** A node of the local cluster that died is started again after this, at first. */
export const RESTART_MS_MIN = 1_000;
/** A node that does not stay up for as long as this waits twice as long each time, up to this. */
export const RESTART_MS_MAX = 30_000;
/** A node that was told to stop has this long beyond its tasks' time, and one told a second time so long in all; then it is killed. */
export const STOP_MARGIN_MS = 3_500;
export const KILL_MS = 1_300;
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
/** A command waits so long for the answer of a node; then it asks the next. */
export const COMMAND_MS_MAX = 10_000;
