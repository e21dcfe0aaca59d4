/** What a shard keeps of tasks: how they come, are given to sessions, end, and are read. */

import type { EndKind, Keeps, Kept } from "../../protocol/keep.ts";
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";
import type {
	ClaimedTask,
	NewTask,
	TaskEnd,
	TaskError,
	TaskRecord,
} from "../../protocol/task.ts";
import type { Moments } from "../../protocol/task-times.ts";
import type { StoreError } from "./store-error.ts";
import type { ListReply, ListRequest } from "./store-list.ts";
import type { AttemptName, RoutedCount } from "./store-sessions.ts";
import type {
	CancelOutcome,
	CancelRequest,
	ChangeReply,
	ChangeRequest,
	RemoveOutcome,
	RetryReply,
	RetryRequest,
} from "./store-wishes.ts";

export type SubmitOutcome =
	| {
			readonly ok: true;
			readonly created: true;
			readonly seq: number;
			/** Of another run of its id: the id that it has. */
			readonly id?: string;
			/** When it is due and expires, if it asks for either. */
			readonly moments?: Moments;
			/** It is SCHEDULED, as it is not due yet. */
			readonly scheduled?: true;
			/** Where it is the session's that it was brought with. */
			readonly claimed?: ClaimedTask;
	  }
	/** The id is taken, and it is no other run of it. Whether by the same task is for the caller to compare. */
	| {
			readonly ok: true;
			readonly created: false;
			readonly existing: TaskRecord;
	  }
	| {
			readonly ok: false;
			/** Of its kind, served or not, as many routes have waiting tasks as may. */
			readonly code: "too_many_routes" | "too_many_unserved";
	  };

/** What became of a task that a node was to submit; `overloaded`: it waited there for too long, and was not sent. */
export type Submission = SubmitOutcome | StoreError | "overloaded";

/** The lease under which a session is given tasks. */
export interface Lease {
	readonly session: SessionName;
	readonly generation: number;
}

export interface ClaimRequest extends Lease {
	/** Routes to claim from; at most CLAIM_ROUTES_MAX. */
	readonly routes: readonly Route[];
	/** At most CLAIM_BATCH_MAX. */
	readonly limit: number;
	/** Routes of which, each time together, fewer may come than the limit; each at most once. */
	readonly rooms?: readonly ClaimRoom[];
}

export interface ClaimRoom {
	readonly tasks: number;
	/** The places of the routes in the request. */
	readonly routes: readonly number[];
}

export type ClaimReply =
	| {
			readonly ok: true;
			/** Lowest rank first, across all the routes asked for. */
			readonly tasks: readonly ClaimedTask[];
			/** Waiting tasks left on each of the routes asked for. */
			readonly waiting: readonly number[];
	  }
	/** `stale_generation`: the store has restarted since; adopt it first. */
	| {
			readonly ok: false;
			readonly code: "no_lease" | "stale_generation";
	  };

/**
 * `accepted`: this end stands (also when it had been accepted before and the
 * answer was lost). `stale_token`: the attempt is no longer the task's; nothing
 * was changed, and the refusal was counted.
 */
export type EndOutcome = "accepted" | "stale_token";

/** A task given back by its own holder. */
export type GiveBack = Unfinished | PutOff;

/**
 * It runs again as soon as it can. `crashed` counts towards CRASHES_MAX. `not-begun`: none of
 * its code has run, and it is as if it had not been claimed, without an attempt to tell of.
 */
export interface Unfinished extends AttemptName {
	readonly end: Extract<AttemptEnd, "handed-back" | "crashed"> | "not-begun";
	/** Of a crash: kept with the attempt, and said of the task when it is given up for crashing too often. Handed back: a word of `loss.ts`. */
	readonly message: string;
	/** When its code began, if that is known. */
	readonly startedMs?: number;
}

/** It runs again after a time. */
export interface PutOff extends AttemptName {
	/** A failure counts. One that is to be tried again only after its expiry ends the task. */
	readonly end: Extract<AttemptEnd, "failure" | "timeout" | "snoozed">;
	/** Of the attempt, kept with it; undefined if it snoozed. */
	readonly error: TaskError | undefined;
	readonly startedMs: number;
	readonly afterMs: number;
}

/** `pending`: waits again. `ended`: crashed once too often, or to be tried again too late: now FAILURE. With `dueMs` it is SCHEDULED. */
export type GiveBackOutcome =
	| "pending"
	| "ended"
	| "stale_token"
	| { readonly dueMs: number };

/** What time has brought about. */
export interface ElapseReply {
	/** The time by which that was so. */
	readonly nowMs: number;
	/** When the next task is due, or expires, in the store's time; perhaps now: call again. Undefined: none is, or does. */
	readonly nextTimeMs: number | undefined;
	/** Tasks that have ended EXPIRED. */
	readonly expiredIds: readonly string[];
	/** Tasks that were due and wait now, by route. */
	readonly promoted: readonly RoutedCount[];
}

/** Tasks by state now, and running totals since the shard was made. */
export interface ShardCounts {
	readonly states: Readonly<Record<TaskState, number>>;
	readonly accepted: number;
	readonly attempts: number;
	/** Ends of attempts refused for a stale token. */
	readonly stale: number;
	/** Routes with waiting tasks. */
	readonly routes: number;
	/** Of more than BACKLOG_ROUTES_MAX routes those that tasks came to last. */
	readonly waiting: readonly {
		readonly route: Route;
		readonly count: number;
	}[];
}

export interface QueuesRequest {
	/** Only routes with a higher number; -1: from the first. */
	readonly above: number;
	/** At most QUEUES_STEP_MAX. */
	readonly limit: number;
}

/** What waits on one route, and how many of its tasks do not. */
export interface QueueDepth {
	readonly route: Route;
	readonly count: number;
	/** The task that has waited longest, by the place that it was given in the queue. */
	readonly oldestId: string;
	/** When it was given that: its creation, or when it was due since. */
	readonly oldestMs: number;
	readonly started: number;
	readonly scheduled: number;
}

/** A route on which nothing waits. */
export type BusyRoute = Pick<QueueDepth, "route" | "started" | "scheduled">;

export interface QueuesReply {
	readonly nowMs: number;
	/** By their numbers, which no route changes for a lower one; perhaps fewer than asked for. */
	readonly queues: readonly QueueDepth[];
	/** The highest number of a route that there was. */
	readonly highest: number;
	/** To ask for those above it; undefined: there are no more. */
	readonly next: number | undefined;
}

/** The newest failures are looked at first. */
export interface FailuresRequest {
	/** Of those that ended since then, by the store's clock; or so long ago. */
	readonly since: { readonly atMs: number } | { readonly agoMs: number };
	/** As an earlier step ended; undefined: from the newest. */
	readonly from: FailurePlace | undefined;
	/** At most FAILURES_STEP_MAX. */
	readonly limit: number;
}

/** Behind so many that ended at this moment, and all that ended later. */
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
	/** By their newest; one may come in several steps. */
	readonly groups: readonly FailureGroup[];
	/** To go on from; undefined: there are no more. */
	readonly next: FailurePlace | undefined;
}

/** The tasks of a shard. What holds for all of its methods stands at `Shard`. */
export interface ShardTasks {
	/**
	 * Outcomes in order. At most SUBMIT_BATCH_MAX tasks. Brought with a lease, the new ones
	 * are its session's at once, where it may have them and no task waits on any of the routes.
	 * `unserved` are those of the routes that no node serves: they have room of their own.
	 */
	submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved?: readonly Route[],
	): Promise<SubmitOutcome[]>;
	claim(request: ClaimRequest): Promise<ClaimReply>;
	/** Outcomes in order, and what the shard keeps of ended tasks. At most COMPLETE_BATCH_MAX. */
	complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; kept: Readonly<Record<EndKind, Kept>> }>;
	/** Outcomes in order. At most COMPLETE_BATCH_MAX. */
	giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]>;
	/** Outcomes in order. At most CANCEL_BATCH_MAX. */
	cancel(request: CancelRequest): Promise<CancelOutcome[]>;
	/**
	 * Any node may call it at any time: lets those SCHEDULED tasks wait that are due, in the
	 * order of when they were, and ends those EXPIRED that had to begin by now. At most `limit`
	 * of each, and ELAPSE_BATCH_MAX.
	 */
	elapse(limit: number): Promise<ElapseReply>;
	/**
	 * Opens tasks again that have ended without success: they have another round, in which
	 * what they failed, crashed and lost counts from 0. Their attempts stay. At most RETRY_BATCH_MAX.
	 */
	retry(tasks: readonly RetryRequest[]): Promise<RetryReply>;
	/** Changes a task that waits, or is SCHEDULED. */
	change(request: ChangeRequest): Promise<ChangeReply>;
	/** Deletes tasks that have ended. Outcomes in order. At most REMOVE_BATCH_MAX. */
	remove(ids: readonly string[]): Promise<RemoveOutcome[]>;
	/**
	 * Forgets ended tasks: those past their time, and the oldest beyond the number and the size
	 * to be kept, of successes and of others each, but none of these that ended within
	 * `leastMs`. Those that say how long they are to be kept go by that, and are the
	 * last to go for number or size. Returns how many; TRIM_BATCH_MAX or more: there may be more.
	 */
	trim(keeps: Keeps, leastMs: number): Promise<number>;
	/** In order; undefined for what does not exist. */
	get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]>;
	/** Waiting tasks before this one, in the queue of its route in this shard; undefined if it does not wait there. */
	ahead(route: Route, id: string): Promise<number | undefined>;
	/** The newest run of the id that is kept, under whatever id; undefined if there is none. */
	newest(id: string): Promise<TaskRecord | undefined>;
	/** The routes with waiting tasks, a step at a time. */
	queues(request: QueuesRequest): Promise<QueuesReply>;
	/**
	 * Routes on which nothing waits and tasks run, or are not due yet: of either kind the
	 * BUSY_ROUTES_MAX with most.
	 */
	busy(): Promise<readonly BusyRoute[]>;
	/** Why tasks failed, a step at a time. */
	failures(request: FailuresRequest): Promise<FailuresReply>;
	/** Those that have ended or do not exist. At most WAIT_BATCH_MAX. */
	over(ids: readonly string[]): Promise<string[]>;
	/**
	 * Newest first. It holds the store for a moment only, so a page may be short: see `more`. Not of
	 * one moment where more routes have waiting tasks than one step can look at: a task that goes
	 * back to its queue meanwhile may be missing.
	 */
	list(request: ListRequest): Promise<ListReply>;
	counts(): Promise<ShardCounts>;
}
