/** Limits of a node. */

/** A node's name. A host's that is longer is cut; the `-2` of a name that is taken comes on top. */
export const NODE_NAME_CHARS_MAX = 64;
/** Names of nodes that one node remembers, to tell who ran a task; of more, that of the node gone longest is forgotten. */
export const NODE_NAMES_KEPT_MAX = 1_000;
/** At what any node may do so many have a turn after the first; the rest leave it to them. */
export const DUTY_TURNS_EXTRA = 2;
export const CONCURRENCY_MAX = 4_096;
/** Of the URLs by which nodes and clusters are found. Beyond: refused at the start. */
export const URL_CHARS_MAX = 512;
/** A node that is gone stays in the list of nodes, as `dead`, for so long. */
export const DEAD_NODE_KEPT_MS = 10 * 60 * 1_000;
/** A connection to the store ends when it owes an answer and is silent for so long, or owes it for twice as long: the outcome is unknown then. */
export const STORE_COMMAND_TIMEOUT_MS = 2_000;
/** A cluster that is new gets the number of shards of the first node when its store has been empty for so long: nodes that run would have put theirs back. */
export const STORE_EMPTY_MS = 2_000;
/** A Sentinel that has not said within this where the primary is is passed over for the next. */
export const SENTINEL_TIMEOUT_MS = 750;
/** Of each node the store remembers how so many of its sessions were lost; of more, the oldest is forgotten. */
export const DEATHS_KEPT_MAX = 4;
/** It is told what so many nodes saw of one that died; what more did is left out. */
export const DEATH_SIGHTINGS_MAX = 16;
export const SHARDS_MAX = 256;
/** Of a log that cannot be written so much is kept until it can; what is said beyond it is lost. */
export const LOG_BACKLOG_BYTES_MAX = 1024 * 1024;
