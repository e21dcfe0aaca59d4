/** What a shard tells about its tasks at large: how much waits on each route, and why tasks failed. */
import type { Route } from "../../protocol/route.ts";
import type { TaskState } from "../../protocol/state.ts";

/** Tasks by state now, and running totals since the shard was created. */
export interface ShardCounts {
	readonly states: Readonly<Record<TaskState, number>>;
	readonly accepted: number;
	readonly attempts: number;
	/** Ends of attempts refused for a stale token. */
	readonly stale: number;
	/** Routes with waiting tasks. */
	readonly routes: number;
	/** Of more routes than were asked for, those that tasks came to last. */
	readonly waiting: readonly {
		readonly route: Route;
		readonly count: number;
	}[];
}

export interface QueuesRequest {
	/** Only routes with a higher number; -1 for all. */
	readonly above: number;
	/** At most QUEUES_STEP_MAX. */
	readonly limit: number;
}

/** What waits on one route, and how many of its tasks run or are not due. */
export interface QueueDepth {
	readonly route: Route;
	readonly count: number;
	/** The task that has waited longest, by the place that it was given in the queue. */
	readonly oldestId: string;
	/** When it was given that place: when it was created, or became due. */
	readonly oldestMs: number;
	readonly started: number;
	readonly scheduled: number;
}

/** A route on which nothing waits. */
export type BusyRoute = Pick<QueueDepth, "route" | "started" | "scheduled">;

export interface QueuesReply {
	readonly nowMs: number;
	/** By their numbers, which never fall; perhaps fewer than asked for. */
	readonly queues: readonly QueueDepth[];
	/** The highest number of a route that there was. */
	readonly highest: number;
	/** Ask for those above it; undefined if there are no more. */
	readonly next: number | undefined;
}

/** The newest failures are looked at first. */
export interface FailuresRequest {
	/** Since then, by the store's clock; or this long ago. */
	readonly since: { readonly atMs: number } | { readonly agoMs: number };
	/** Where an earlier step ended; undefined for the newest. */
	readonly from: FailurePlace | undefined;
	/** At most FAILURES_STEP_MAX. */
	readonly limit: number;
}

/** After so many that ended at this moment, and all that ended later. */
export interface FailurePlace {
	readonly endedMs: number;
	readonly skip: number;
}

/** Tasks of one type that failed alike. */
export interface FailureGroup {
	readonly type: string;
	readonly code: string;
	/** See first-line.ts. */
	readonly firstLine: string;
	readonly count: number;
	readonly newestId: string;
	readonly newestMs: number;
}

export interface FailuresReply {
	readonly nowMs: number;
	readonly sinceMs: number;
	readonly looked: number;
	/** By their newest failure; a group may occur in several steps. */
	readonly groups: readonly FailureGroup[];
	/** Where to go on; undefined if there are no more. */
	readonly next: FailurePlace | undefined;
}
