/**
 * The faults that chaos knows: as planned, from a seed, and as they came to
 * pass. Moments of a plan count from the start of the run; those of a record
 * are the host's monotonic clock, the same in every process (`bench/clock.ts`).
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
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * `peers`: nodes fall into two groups that do not see each other; all reach
 * Redis. `store`: a node loses Redis, and goes on seeing its peers. `host`: a
 * node's machine vanishes from the network, without a word.
 */
export type Cut = "peers" | "store" | "host";

/** `stop` is SIGSTOP; `client` is Redis's own CLIENT PAUSE, which keeps connections open and answers later. */
export type RedisPause = "stop" | "client";

export type PlannedFault = {
	readonly atMs: number;
	/** Until it is mended. A node that restarts takes the time that it takes. */
	readonly lengthMs: number;
} & (
	| { readonly kind: "kill" | "pause" | "restart"; readonly node: number }
	| { readonly kind: "redis-restart" }
	| { readonly kind: "redis-pause"; readonly how: RedisPause }
	| {
			readonly kind: "partition";
			readonly cut: Cut;
			readonly nodes: readonly number[];
	  }
);

export interface FaultRecord {
	readonly kind: FaultKind;
	readonly cut?: Cut;
	/** The nodes that it struck, by name; none where it struck Redis. */
	readonly nodes: readonly string[];
	/** Their processes at that moment. */
	readonly pids: readonly number[];
	readonly atMs: number;
	/** When it was mended. Undefined: not before the run ended. */
	untilMs: number | undefined;
}
