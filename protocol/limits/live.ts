/** Limits of `/v1/live`: of what the page is drawn from, a frame a second. */

/** Figures over time: so many samples of such a length. */
export const LIVE_STEP_MS = 5_000;
export const LIVE_STEPS = 180;
/** Types told of those that fail most. */
export const LIVE_FAILING_TYPES_MAX = 5;
/** More tasks end in a second: only those attempts are told singly that are worth it. */
export const LIVE_ENDS_MAX = 20;
/** Those that take longer are. */
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
/** Addresses of other nodes, for when this one dies. */
export const LIVE_ELSEWHERE_MAX = 16;
/** From so many nodes on, what goes up and down a little with each of them is told again only when that matters. */
export const LIVE_NODES_MANY = 60;
/** Sessions told in one look at a shard; of more nodes the others are as gossip has them. */
export const LIVE_SESSIONS_MAX = 2_000;
/** Attempts that run are looked at in steps of about this, when somebody begins to read; of one node this is the most. */
export const LIVE_HOLDERS_STEP = 256;
/** Time between the turns of nodes at keeping the figures of a step. */
export const LIVE_TURN_MS = 250;
/** A reader to whom nothing comes for so long, or up to twice as long, leaves the node for another. */
export const LIVE_QUIET_MS = 2_000;
