/**
 * Sightings: events of a history that come from observers who look at the cluster, and
 * into its store beside it, and compare.
 */

/**
 * Between these times a node ran this attempt, and the store had another holder of the
 * task, or none. An observer saw it who looks into the store beside the cluster.
 */
export interface UnlistedEvent {
	readonly kind: "unlisted";
	readonly id: string;
	/** The shard of the task. */
	readonly shard: number;
	readonly token: number;
	readonly node: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/** The task waited while the node served it, had a free slot and started nothing. */
export interface WaitedEvent {
	readonly kind: "waited";
	readonly id: string;
	readonly node: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/**
 * Between these times tasks of the shard were due, or had expired, and the node, which
 * held a lease there, did nothing about it.
 */
export interface OverdueEvent {
	readonly kind: "overdue";
	readonly shard: number;
	readonly node: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/**
 * Between these times the host of the node was gone silently, and its lease stood, while
 * `by` gossiped, reached the store and held a lease there.
 */
export interface UnmissedEvent {
	readonly kind: "unmissed";
	/** The shard of the lease. */
	readonly shard: number;
	readonly node: string;
	readonly by: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/**
 * Between these times both nodes were at work, by a lease or by a task that they ran, and
 * took the cluster to have different numbers of shards.
 */
export interface TwoNumbersEvent {
	readonly kind: "two-numbers";
	readonly nodes: readonly [string, string];
	readonly fromMs: number;
	readonly untilMs: number;
}

/** A node at work was told that the cluster has another number of shards than its own. */
export interface OutnumberedEvent {
	readonly kind: "outnumbered";
	readonly atMs: number;
	readonly node: string;
	readonly own: number;
	readonly shards: number;
	/** The nodes that have been at work with that number. */
	readonly rivals: readonly string[];
}

/**
 * The store did something for a node that depends on the number of shards, and the node's
 * was not the cluster's.
 */
export interface MisplacedEvent {
	readonly kind: "misplaced";
	readonly atMs: number;
	readonly node: string;
	/** The step, by its name in the port. */
	readonly step: string;
	readonly own: number;
	readonly shards: number;
}

/** Between these times the node's address refused whoever called it, although the node lived. */
export interface RefusingEvent {
	readonly kind: "refusing";
	readonly node: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/** Between these times the shard answered nobody, although the rest of the store may have been well. */
export interface ShardAwayEvent {
	readonly kind: "shard-away";
	readonly shard: number;
	readonly fromMs: number;
	readonly untilMs: number;
}

/** Between these times the store ran no script that may write, as renewals may. */
export interface WritesRefusedEvent {
	readonly kind: "writes-refused";
	readonly fromMs: number;
	readonly untilMs: number;
}

/** The store's clock was put forward, or back if `byMs` is below 0. It excuses nobody. */
export interface ClockStepEvent {
	readonly kind: "clock-step";
	readonly atMs: number;
	readonly byMs: number;
}

/** A count of the store was wrong. */
export interface MiscountEvent {
	readonly kind: "miscount";
	readonly atMs: number;
	readonly what: string;
}

/** A reader of events was not told what it should have been. */
export interface UntoldEvent {
	readonly kind: "untold";
	readonly atMs: number;
	readonly what: string;
}
