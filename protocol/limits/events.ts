/** Limits of events: of the stream in the store, of what a node keeps of it, and of those who read it. */

/** The stream of a shard. What is older is cut off; who has not read it is told by a `reset`. */
export const EVENTS_BYTES_MAX = 64 * 1024 * 1024;
/** The streams of all shards together, of the memory that Redis may have: then each is the smaller for it. */
export const EVENTS_MEMORY_SHARE = 0.05;
/** Bytes that one entry of the stream takes in Redis besides its text. */
export const EVENT_ENTRY_BYTES = 64;
/** Cut off in one step; and how often nodes look, in turns. Between looks a stream outgrows its size by what comes meanwhile. */
export const EVENTS_TRIM_BYTES = 4 * 1024 * 1024;
export const EVENTS_TRIM_MS = 1_000;
/** A step of reading ends with the entries that make it exceed this. */
export const EVENTS_STEP_BYTES = 128 * 1024;
/** The connection over which a node reads events is closed when it has not for so long, and is waited for so long. */
export const STORE_IDLE_MS = 10_000;
export const STORE_OPEN_MS = 1_000;
/** The line that tells what a user has done to the cluster. A longer one is refused. */
export const AUDIT_BYTES_MAX = 4 * 1024;
/** A node looks for new events so often while somebody reads them: less and less, the longer there are none. */
export const EVENTS_POLL_MS_MIN = 20;
export const EVENTS_POLL_MS_MAX = 100;
/** Read events that a node keeps, as the store counts them. A reader that is behind them has been too slow: its stream ends, and it may go on from its last id. */
export const EVENTS_KEPT_BYTES_MAX = 8 * 1024 * 1024;
/** A node goes on reading for so long when the last reader has left, since one that resumes finds its place there. */
export const EVENTS_LINGER_MS = 5_000;
/** Of an id of an event, for each shard of the cluster: what a place takes at most, and what stands before the next. */
export const EVENT_PLACE_CHARS_MAX = 36;
/** Values in one filter of a reader. Beyond: 400. */
export const EVENT_WORDS_MAX = 16;
/** Readers of one node. Beyond: 503 `overloaded`. */
export const EVENT_READERS_MAX = 1_000;
/** Readers that read what they have missed from the store, a step each, at once; more wait their turn. */
export const EVENTS_BEHIND_MAX = 2;
/** Events that a reader is given at once. */
export const EVENTS_BATCH_MAX = 256;
/** A reader that is given nothing for so long is told that all is well, and where it is by now. */
export const EVENTS_HEARTBEAT_MS = 15_000;
/** Of a stream that has ended: so long after that its reader asks again. */
export const EVENTS_RETRY_MS = 250;
/** A node looks whether others are suspect or cut off so often, while somebody reads events. */
export const EVENTS_VIEW_MS = 1_000;
