/** What a shard keeps of how work went: sums by queue and type, over steps of time. */

/** The work of one queue and type, over some time. */
export interface WorkSums {
	readonly queue: string;
	readonly type: string;
	/**
	 * Attempts that ended by themselves: with a result, or without one and for good or not.
	 */
	readonly ended: number;
	/** How many of these failed or reached their timeout. */
	readonly failed: number;
	/**
	 * How long first attempts waited in all, and how many fall into each bucket of
	 * WORK_BOUNDS_S.
	 */
	readonly waitMs: number;
	readonly waits: readonly number[];
	/** The same for how long code ran. */
	readonly runMs: number;
	readonly runs: readonly number[];
}

export type StatsSpan = "hour" | "day";

export interface StatsStep {
	/** When it began. */
	readonly atMs: number;
	/** In no particular order. */
	readonly series: readonly WorkSums[];
}

export interface StatsReply {
	readonly nowMs: number;
	/** Where to go on; undefined if these were all. */
	readonly nextMs: number | undefined;
	/** The steps in which something ended, oldest first. */
	readonly steps: readonly StatsStep[];
}

/** The sums of a shard. All nodes use those of the first. */
export interface ShardStats {
	/**
	 * At most STATS_ADDED_MAX amounts in all, see work-sums.ts. Not to be repeated after an
	 * unknown outcome: it would count twice.
	 */
	add(sums: readonly WorkSums[]): Promise<void>;
	/** What ended in the span, from a step on; 0: from the oldest. */
	sums(span: StatsSpan, fromMs: number): Promise<StatsReply>;
}
