/**
 * What a shard keeps of tasks: how they come, are given to sessions, end, and are read.
 */
import type { EndKind, Keeps, Kept } from "../../protocol/keep.ts";
import type { Route } from "../../protocol/route.ts";
import type { AttemptEnd } from "../../protocol/state.ts";
import type {
	Attempt,
	ClaimedTask,
	JsonText,
	NewTask,
	TaskEnd,
	TaskError,
	TaskRecord,
} from "../../protocol/task.ts";
import type { Moments } from "../../protocol/task-times.ts";
import type { ClaimReply, ClaimRequest, Lease } from "./store-claim.ts";
import type { StoreError } from "./store-error.ts";
import type { ListReply, ListRequest } from "./store-list.ts";
import type {
	BusyRoute,
	FailuresReply,
	FailuresRequest,
	QueuesReply,
	QueuesRequest,
	ShardCounts,
} from "./store-overview.ts";
import type { AttemptName, RoutedCount } from "./store-sessions.ts";
import type {
	CancelOutcome,
	CancelRequest,
	ChangeReply,
	ChangeRequest,
	RemoveOutcome,
	RemoveRequest,
	RetryReply,
	RetryRequest,
} from "./store-wishes.ts";

/**
 * What a submission is told of the task that has its id: enough to compare them, and to say
 * how that one stands. However large a payload, result and errors are kept, this is not much
 * larger than what was submitted.
 */
export interface KnownTask
	extends Pick<
		TaskRecord,
		"id" | "route" | "priority" | "options" | "state" | "attempt"
	> {
	/** LEFT_OUT if it is not as long as the one that was submitted, and so is another. */
	readonly payload: JsonText;
	/** The attempt that runs; absent unless it is STARTED. */
	readonly running?: Attempt;
}

export type SubmitOutcome =
	| {
			readonly ok: true;
			readonly created: true;
			readonly seq: number;
			/** Its own id, if the task became another run of the id that it came with. */
			readonly id?: string;
			/** When it is due and expires, if it asks for either. */
			readonly moments?: Moments;
			/** It is SCHEDULED, because it is not due yet. */
			readonly scheduled?: true;
			/** The claim, if the session that brought the task has it at once. */
			readonly claimed?: ClaimedTask;
	  }
	/**
	 * The id is taken, and this is not another run of it. Whether the task is the same is
	 * for the caller to compare.
	 */
	| {
			readonly ok: true;
			readonly created: false;
			readonly existing: KnownTask;
	  }
	| {
			readonly ok: false;
			/**
			 * There are already as many routes with waiting tasks as there may be, of its kind:
			 * served or not.
			 */
			readonly code: "too_many_routes" | "too_many_unserved";
	  };

/**
 * What became of a task that a node was to submit; `overloaded`: it waited on the node
 * for too long, and was not sent.
 */
export type Submission = SubmitOutcome | StoreError | "overloaded";

/**
 * `accepted`: this end stands, perhaps since an earlier call whose answer was lost.
 * `stale_token`: the attempt is no longer the task's; nothing was changed, and the
 * refusal was counted.
 */
export type EndOutcome = "accepted" | "stale_token";

/** A task that its own holder gives back. */
export type GiveBack = Unfinished | PutOff;

/**
 * The task runs again as soon as it can. `crashed` counts towards CRASHES_MAX.
 * `not-begun`: none of its code has run, and it is as if it had not been claimed: no
 * attempt is recorded.
 */
export interface Unfinished extends AttemptName {
	readonly end: Extract<AttemptEnd, "handed-back" | "crashed"> | "not-begun";
	/**
	 * For a crash: kept with the attempt, and the error of the task if it is given up for
	 * crashing too often. For a task handed back: a word of `loss.ts`.
	 */
	readonly message: string;
	/** When its code began, if that is known. */
	readonly startedMs?: number;
}

/** The task runs again after a time. */
export interface PutOff extends AttemptName {
	/**
	 * A failure counts. If the task is to be tried again only after its expiry, it ends
	 * instead.
	 */
	readonly end: Extract<AttemptEnd, "failure" | "timeout" | "snoozed">;
	/** The error of the attempt, kept with it; undefined if it snoozed. */
	readonly error: TaskError | undefined;
	readonly startedMs: number;
	readonly afterMs: number;
}

/**
 * `pending`: the task waits again. `ended`: it crashed once too often, or would be tried
 * again too late, and is FAILURE now. With `dueMs` it is SCHEDULED.
 */
export type GiveBackOutcome =
	| "pending"
	| "ended"
	| "stale_token"
	| { readonly dueMs: number };

/** What the passing of time has changed. */
export interface ElapseReply {
	/** The time at which this was so. */
	readonly nowMs: number;
	/**
	 * When the next task becomes due or expires, in the store's time; perhaps now: call
	 * again. Undefined if no task has a time.
	 */
	readonly nextTimeMs: number | undefined;
	/** Tasks that have ended EXPIRED. */
	readonly expiredIds: readonly string[];
	/** Tasks that were due and wait now, by route. */
	readonly promoted: readonly RoutedCount[];
}

/** A task that is larger than whoever reads it can take: no more was read of it. */
export interface LargeTask {
	/** About as many as its texts have: not fewer than payload, result and errors together. */
	readonly bytes: number;
	readonly isEnded: boolean;
}

/** What was read of a task; undefined if there is none. */
export type TaskRead = TaskRecord | LargeTask | undefined;

/** What it takes to find the task that has the id of a submission. */
export type Named = Pick<NewTask, "id" | "payload">;

/** The tasks of a shard. `Shard` says what holds for all of its methods. */
export interface ShardTasks {
	/**
	 * Outcomes in order. At most SUBMIT_BATCH_MAX tasks. New tasks that come with a lease are
	 * its session's at once, if it may have them and no task waits on any of the routes.
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
	 * Makes SCHEDULED tasks that are due wait, in the order in which they became due, and
	 * ends as EXPIRED those that had to begin by now. Any node may call it at any time. At
	 * most `limit` of each, and ELAPSE_BATCH_MAX.
	 */
	elapse(limit: number): Promise<ElapseReply>;
	/**
	 * Reopens tasks that have ended without success: they have another round, in which
	 * failures, crashes and losses count from 0. Their attempts are kept. At most
	 * RETRY_BATCH_MAX.
	 */
	retry(tasks: readonly RetryRequest[]): Promise<RetryReply>;
	/** Changes a task that waits or is SCHEDULED. */
	change(request: ChangeRequest): Promise<ChangeReply>;
	/** Deletes tasks that have ended. Outcomes in order. At most REMOVE_BATCH_MAX. */
	remove(tasks: readonly RemoveRequest[]): Promise<RemoveOutcome[]>;
	/**
	 * Discards ended tasks: those past their time, and the oldest beyond the number and the
	 * size to be kept, for successes and for others each, but none that ended within
	 * `leastMs`. Tasks that say how long they are to be kept go by that, and are the last
	 * to go for number or size. Returns how many; if TRIM_BATCH_MAX or more, there may be
	 * more.
	 */
	trim(keeps: Keeps, leastMs: number): Promise<number>;
	/**
	 * In order; undefined for a task that does not exist. If it is said how many bytes a task
	 * may have, of a larger one only its size is read.
	 */
	get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]>;
	get(ids: readonly string[], bytesMax?: number): Promise<TaskRead[]>;
	/**
	 * In order, what a submission would be told of the task that has its id; undefined if
	 * none has. At most SUBMIT_BATCH_MAX.
	 */
	known(tasks: readonly Named[]): Promise<(KnownTask | undefined)[]>;
	/**
	 * How many tasks wait before this one, in the queue of its route in this shard;
	 * undefined if it does not wait there.
	 */
	ahead(route: Route, id: string): Promise<number | undefined>;
	/**
	 * How many tasks wait on each route whose place was given to them so long ago, or
	 * earlier: when they were created or became due. All that wait there while the clock,
	 * which was put back, stands further than that behind the last place. At most
	 * LEFT_OVER_ROUTES_MAX routes.
	 */
	leftOver(routes: readonly Route[], forMs: number): Promise<number[]>;
	/**
	 * The newest run of the id that is kept, under whatever id; undefined if there is none.
	 * `bytesMax`: as for `get`.
	 */
	newest(id: string): Promise<TaskRecord | undefined>;
	newest(id: string, bytesMax?: number): Promise<TaskRead>;
	/** The routes with waiting tasks, one step at a time. */
	queues(request: QueuesRequest): Promise<QueuesReply>;
	/**
	 * Routes on which nothing waits, while tasks run or are not due yet: the
	 * BUSY_ROUTES_MAX with most of either kind.
	 */
	busy(): Promise<readonly BusyRoute[]>;
	/** Why tasks failed, one step at a time. */
	failures(request: FailuresRequest): Promise<FailuresReply>;
	/** Those that have ended or do not exist. At most WAIT_BATCH_MAX. */
	over(ids: readonly string[]): Promise<string[]>;
	/**
	 * Newest first. One call occupies the store only briefly, so a page may be short: see
	 * `more`. If more routes have waiting tasks than one step can look at, the page is not
	 * of one moment: a task that goes back to its queue meanwhile may be missing.
	 */
	list(request: ListRequest): Promise<ListReply>;
	/** `routesMax`: of how many routes it is told what waits there; BACKLOG_ROUTES_MAX if it is not said. */
	counts(routesMax?: number): Promise<ShardCounts>;
}
