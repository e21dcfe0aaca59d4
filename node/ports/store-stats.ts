/** What a shard keeps of how work went: sums by queue and type, in steps of time. */

/** Of one queue and type, in some time. */
export interface WorkSums {
	readonly queue: string;
	readonly type: string;
	/** Attempts that ended by themselves: with a result, or for good or not without. */
	readonly ended: number;
	/** Of these: those that failed or reached their timeout. */
	readonly failed: number;
	/** What first attempts waited in all, and how many by bucket of WORK_BOUNDS_S. */
	readonly waitMs: number;
	readonly waits: readonly number[];
	/** The same of how long code ran. */
	readonly runMs: number;
	readonly runs: readonly number[];
}

export type StatsSpan = "hour" | "day";

export interface StatsStep {
	/** When it began. */
	readonly atMs: number;
	/** In no order. */
	readonly series: readonly WorkSums[];
}

export interface StatsReply {
	readonly nowMs: number;
	/** To go on from; undefined: these were all. */
	readonly nextMs: number | undefined;
	/** Those in which something ended, oldest first. */
	readonly steps: readonly StatsStep[];
}

/** The sums of a shard; all nodes use those of the first. */
export interface ShardStats {
	/** Of all at most STATS_ADDED_MAX amounts, see work-sums.ts. Not to be repeated after an unknown outcome: it would count twice. */
	add(sums: readonly WorkSums[]): Promise<void>;
	/** What ended in the span, from a step on; 0: from the oldest. */
	sums(span: StatsSpan, fromMs: number): Promise<StatsReply>;
}
