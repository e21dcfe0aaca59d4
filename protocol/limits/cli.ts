/** Limits of the command line and of the local cluster. */

export const UP_NODES_MAX = 32;
/** A node of the local cluster that died is started again after this, at first. */
export const RESTART_MS_MIN = 1_000;
/** If a node does not stay up for as long as this, the wait doubles each time, up to this. */
export const RESTART_MS_MAX = 30_000;
/**
 * A node that was told to stop has this long beyond its tasks' time; if told a second
 * time, so long in all. Then it is killed.
 */
export const STOP_MARGIN_MS = 3_500;
export const KILL_MS = 1_300;
/** A log that has grown to this when its node starts is set aside, and the one set aside before is deleted. */
export const NODE_LOG_BYTES_MAX = 16 * 1024 * 1024;
/** A local Redis that answers nothing for so long counts as stuck. */
export const REDIS_PROBE_MS = 2_000;
/** A local Redis that does not listen, or does not end, within this has failed to. */
export const REDIS_START_MS = 10_000;
export const REDIS_STOP_MS = 30_000;
/** How often `up` looks whether what it waits for has come. */
export const UP_POLL_MS = 50;
/** `up` says this often what it is waiting for. */
export const UP_TELL_MS = 5_000;
/**
 * A second Ctrl-C ends the program at once, but within this time it counts as the first:
 * npm passes on what its child has heard already.
 */
export const SAME_SIGNAL_MS = 500;
/** How long a command waits for a node's answer before it asks the next node. */
export const COMMAND_MS_MAX = 10_000;
/** A file with the address of Redis. Beyond: refused at the start. */
export const REDIS_FILE_BYTES_MAX = 4_096;
