/**
 * The faults that chaos knows: as planned, from a seed, and as they happened. Moments of
 * a plan count from the start of the run; those of a record are on the host's monotonic
 * clock, which is the same in every process (`bench/clock.ts`).
 */
export const FAULT_KINDS = [
	/** SIGKILL to a node; it is started again later. */
	"kill",
	/** SIGSTOP to a node, then SIGCONT. */
	"pause",
	/** SIGTERM to a node, which drains; it is started again at once. */
	"restart",
	/** SIGKILL to Redis; it is started again on its data. */
	"redis-restart",
	/** Redis answers nobody for a while. */
	"redis-pause",
	/** Part of the network carries nothing for a while. */
	"partition",
	/** Part of the network carries packets only one way. */
	"one-way",
	/** Some nodes lose sight of the rest, and lose Redis as well, long after that or long before. */
	"group",
	/** A node's machine leaves the network silently, and comes back later. */
	"vanish",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Faults of the network, each with the ways in which it may be cut. */
export const CUTS = {
	partition: ["peers", "apart", "store"],
	"one-way": ["peers-unheard", "store-unheard", "store-unanswered"],
	group: ["sight-then-store", "store-then-sight"],
	vanish: ["host"],
} as const satisfies Partial<Record<FaultKind, readonly string[]>>;
export type NetworkFaultKind = keyof typeof CUTS;

/**
 * What becomes of the nodes that are cut.
 *
 * - `peers`: they and the rest fall into two groups that do not see each other; all reach
 *   Redis.
 * - `apart`: each loses every peer, and still sees Redis.
 * - `store`: they lose Redis, and still see their peers.
 * - `host`: they lose everything.
 * - `sight-then-store`: like `peers`; once they have missed the rest they lose Redis.
 * - `store-then-sight`: the same the other way round.
 * - One way only. `peers-unheard`: what they say to the rest is lost. `store-unheard`:
 *   what they say to Redis is lost. `store-unanswered`: Redis does what they ask for, and
 *   its answers are lost.
 */
export type Cut = (typeof CUTS)[NetworkFaultKind][number];

/** A cut that is made at one moment. */
export type SingleCut = Exclude<Cut, (typeof CUTS)["group"][number]>;

/** Whether nodes cut this way cannot renew their leases, or cannot know that they did. */
export function losesStore(cut: Cut): boolean {
	return cut === "host" || cut.includes("store");
}

/** Kinds of faults whose cost is how soon tasks that ran on the node start elsewhere. */
export const RECOVERED_KINDS = [
	"kill",
	"vanish",
] as const satisfies FaultKind[];
export type RecoveredKind = (typeof RECOVERED_KINDS)[number];

/**
 * `stop` is SIGSTOP. `client` is Redis's own CLIENT PAUSE, which keeps connections open
 * and answers later.
 */
export type RedisPause = "stop" | "client";

export type PlannedFault = {
	readonly atMs: number;
	/** The time until the fault is mended. A node that restarts takes as long as it takes. */
	readonly lengthMs: number;
} & (
	| { readonly kind: "kill" | "pause" | "restart"; readonly node: number }
	| { readonly kind: "redis-restart" }
	| { readonly kind: "redis-pause"; readonly how: RedisPause }
	| {
			readonly kind: NetworkFaultKind;
			readonly cut: Cut;
			readonly nodes: readonly number[];
	  }
);

export interface FaultRecord {
	readonly kind: FaultKind;
	readonly cut?: Cut;
	/** The names of the nodes that it struck; none if it struck Redis. */
	readonly nodes: readonly string[];
	/** The processes of these nodes at that moment. */
	readonly pids: readonly number[];
	readonly atMs: number;
	/** When the fault was mended; undefined if not before the run ended. */
	untilMs: number | undefined;
}

export function isNetworkFault(kind: FaultKind): kind is NetworkFaultKind {
	return Object.hasOwn(CUTS, kind);
}
