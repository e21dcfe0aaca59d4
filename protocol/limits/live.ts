/** Limits of `/v1/live`, the stream that the page is drawn from: one frame a second. */

/** A stream's first frame, and each one after it, as JSON. What does not fit comes in the next ones. */
export const LIVE_FIRST_BYTES_MAX = 256 * 1024;
export const LIVE_NEXT_BYTES_MAX = 16 * 1024;
export const LIVE_FRAME_MS = 1_000;
/** Attempts are told singly, and lanes by the second, so far back. */
export const LIVE_SPAN_MS = 60_000;
/** Figures over time: so many samples of such a length. */
export const LIVE_STEP_MS = 5_000;
export const LIVE_STEPS = 180;
/** Of this much is FAILURE's share of the ends. */
export const LIVE_FAILING_MS = LIVE_STEP_MS * LIVE_STEPS;
/** How many of the types that fail most are told. */
export const LIVE_FAILING_TYPES_MAX = 5;
/** More tasks end in a second: only those attempts are told singly that are worth it. */
export const LIVE_ENDS_MAX = 20;
/** Attempts that take longer than this are worth it. */
export const LIVE_LONG_MS = 1_000;
/** Attempts told in one frame after the first. */
export const LIVE_ATTEMPTS_MAX = 100;
export const LIVE_EVENTS_MAX = 20;
export const LIVE_QUEUES_MAX = 10;
/** Deaths of nodes are told for so long, and so many of them. */
export const LIVE_DEATHS_MS = 10 * 60_000;
export const LIVE_DEATHS_MAX = 10;
/** Nodes named in one breath: those that took over from a dead one, or that agree that Redis is away. */
export const LIVE_NAMES_MAX = 10;
/** How many addresses of other nodes are told, for when this one dies. */
export const LIVE_ELSEWHERE_MAX = 16;
/** From so many nodes on, what goes up and down a little with each of them is told again only when that matters. */
export const LIVE_NODES_MANY = 60;
/** Sessions told in one look at a shard; of more nodes the others are as gossip has them. */
export const LIVE_SESSIONS_MAX = 2_000;
/** Attempts that run are looked at in steps of about this, when somebody begins to read; of one node this is the most. */
export const LIVE_HOLDERS_STEP = 256;
/** Of these, what they are is read in so many steps at most: of large tasks a step reads few. */
export const LIVE_HEADS_STEPS_MAX = 64;
/** Time between the turns of nodes at keeping the figures of a step. */
export const LIVE_TURN_MS = 250;
/** Whether more than LIVE_ENDS_MAX attempts end in a second goes by so many seconds; and until fewer than this do they are not told singly again. */
export const LIVE_RATE_S = 5;
export const LIVE_ENDS_CALM = 15;
/** Attempts that a node keeps for those who watch: that run, that have ended, and that were cut off and have not begun again. Of more some are not told. */
export const LIVE_RUNNING_MAX = 50_000;
export const LIVE_OVER_MAX = 2_048;
export const LIVE_CUT_MAX = 50_000;
/** Readers of one node. Beyond: 503 `overloaded`. */
export const LIVE_READERS_MAX = 1_000;
/** Of different restrictions among them: each is told of its own tasks, and so costs the node as much as all others together. Beyond likewise. */
export const LIVE_PORTIONS_MAX = 32;
/** A reader that has not taken so many frames is too slow: its stream ends, and it may connect anew. */
export const LIVE_BEHIND_MAX = 10;
/** A node goes on making frames for so long when the last reader has left: a page that is loaded anew finds all there. */
export const LIVE_LINGER_MS = 5_000;
/** A frame waits so long for the store's present figures; then it uses the last ones. */
export const LIVE_WAIT_MS = 300;
/** If the last figures of the store are older than this, frames say that it is away. */
export const LIVE_OLD_MS = 2_500;
/** A second is told once so much time has gone by, since what ended in it is told a little later. */
export const LIVE_CELL_LATE_MS = 400;
/** A step of figures is told without what nobody has kept by then. */
export const LIVE_STEP_LATE_MS = 2_000;
/** When somebody begins to read, events are read back so far, and no more of them in all than this. */
export const LIVE_BACK_MS = LIVE_DEATHS_MS;
export const LIVE_BACK_BYTES_MAX = 1024 * 1024;
/** About how many nodes the store is asked how they died, when somebody begins to read. */
export const LIVE_DEATHS_ASKED_MAX = 20;
/** What fails most goes by so many steps of a minute. */
export const LIVE_FAILING_STEPS = 15;
/** Attempts that run, and that are looked for when somebody begins to read; and of how many sessions at once. */
export const LIVE_HELD_MAX = 5_000;
export const LIVE_SESSIONS_STEP = 100;
/** What happened before is waited for so long; then frames begin without, and all is told anew when it is there. */
export const LIVE_LOAD_MS = 3_000;
/** If that comes to nothing it is tried again with the next frame, then later each time, but no later than this. */
export const LIVE_AGAIN_MS_MAX = 8 * LIVE_FRAME_MS;
/** A reader to whom nothing comes for so long, or up to twice as long, leaves the node for another. */
export const LIVE_QUIET_MS = 2_000;
/** At most one part in so many of the time goes into reading queues for pages: more than for metrics, as somebody waits to see what is new. */
export const LIVE_READ_SHARE = 200;
