/** Limits of a node. */

/** A node's name. A longer host name is cut; the `-2` of a name that is taken comes on top. */
export const NODE_NAME_CHARS_MAX = 64;
/**
 * Names of nodes that one node remembers, to tell who ran a task. Beyond: it discards the
 * name of the node gone longest.
 */
export const NODE_NAMES_KEPT_MAX = 1_000;
/** Nodes that have a turn after the first at a duty that any node may do; the rest leave it to them. */
export const DUTY_TURNS_EXTRA = 2;
export const CONCURRENCY_MAX = 4_096;
/** The length of the URLs by which nodes and clusters are found. Beyond: refused at the start. */
export const URL_CHARS_MAX = 512;
/** How long a node that is gone stays in the list of nodes, as `dead`. */
export const DEAD_NODE_KEPT_MS = 10 * 60 * 1_000;
/**
 * A connection to the store ends if it owes an answer and is silent for so long, or owes
 * one for twice as long. The outcome is unknown then.
 */
export const STORE_COMMAND_TIMEOUT_MS = 2_000;
/**
 * A new cluster gets the number of shards of the first node once its store has been empty
 * for so long: nodes that run would have restored theirs.
 */
export const STORE_EMPTY_MS = 2_000;
/** A Sentinel that has not said within this where the primary is is passed over for the next. */
export const SENTINEL_TIMEOUT_MS = 750;
/** How many losses of its sessions the store remembers for each node. Beyond: the oldest is discarded. */
export const DEATHS_KEPT_MAX = 4;
/** How many nodes' sightings of one that died are recorded. Beyond: left out. */
export const DEATH_SIGHTINGS_MAX = 16;
export const SHARDS_MAX = 256;
/** So much of a log that cannot be written is kept until it can; lines beyond that are lost. */
export const LOG_BACKLOG_BYTES_MAX = 1024 * 1024;
/** A node that ends waits so long for its last lines to be written. */
export const LOG_END_MS = 150;
/** A node tells the service manager that started it how it is at least so often. */
export const SERVICE_MS = 5_000;
/** What the service manager could not take it is told again after this. */
export const SERVICE_AGAIN_MS = 100;
/** If no renewal has begun for so long, since the one before neither succeeded nor failed nor was given up, the node takes itself for hung. */
export const RENEWALS_STUCK_MS = 15_000;
