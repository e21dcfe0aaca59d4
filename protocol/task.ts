/**
 * A task, in the forms in which it travels: as accepted at the door, as it stands in the
 * store, and one attempt to run it. `view.ts` makes from these what a user reads.
 *
 * Payloads and results stay JSON *text* all the way: only the door and the task's own
 * code look inside.
 */
import type { Route } from "./route.ts";
import type { AttemptEnd, TaskState } from "./state.ts";
import type { TaskOptions } from "./task-options.ts";

/** JSON as text; sound, since it was parsed and written once at the door. */
export type JsonText = string;

/** Stands for a payload in lists that leave payloads out: it is no JSON. */
export const LEFT_OUT = "\0left out";

/** What was submitted, complete: nothing is left to default. */
interface Task {
	readonly id: string;
	readonly route: Route;
	readonly priority: number;
	readonly options: TaskOptions;
	readonly payload: JsonText;
}

/** A task accepted at the door. */
export interface NewTask extends Task {
	/**
	 * If the task's id is taken, it is another run of it: a task of its own, with the id
	 * `id~2`, then `id~3`. Otherwise it would be the same task, or a conflict.
	 */
	readonly again?: true;
}

export interface TaskError {
	/** `failed` (the task threw), `crashed`, `result_too_large`, … or the task's own. */
	readonly code: string;
	readonly message: string;
	readonly stack?: string;
	/** The errors that led to it, with theirs: bounded, see `limits/task.ts`. */
	readonly cause?: TaskError;
	readonly errors?: readonly TaskError[];
}

/** One run of a task that is over, or the one under way (`end` undefined). */
export interface Attempt {
	readonly token: number;
	/** The round of the task in which the attempt was begun. */
	readonly round: number;
	readonly nodeId: string;
	readonly epoch: number;
	readonly claimedMs: number;
	/**
	 * When its code began. For an attempt that goes on, or was lost, this is known if its
	 * node has said so: see begun-teller.ts.
	 */
	readonly startedMs?: number;
	readonly endedMs?: number;
	readonly end?: AttemptEnd;
	/**
	 * Why an attempt did not end by itself: a word of `loss.ts` or, if it crashed, what was
	 * said about that.
	 */
	readonly why?: string;
	/** The node that took the lease of the attempt's own node. */
	readonly by?: string;
	/** The error of an attempt that failed and is not the task's last. */
	readonly error?: TaskError;
	/** Whether its node was lost while it ran nothing but this task, in a process of its own. */
	readonly alone?: boolean;
}

export interface Cancel {
	readonly atMs: number;
	/** Who asked; see asked-by.ts. */
	readonly by: string;
	/** Why, if that was said. */
	readonly reason: string;
}

/** A task as it stands in the store. Times are the store's clock. */
export interface TaskRecord extends Task {
	/** The payload, or LEFT_OUT. */
	readonly payload: JsonText;
	readonly state: TaskState;
	/** Creation number; newer tasks of a shard have higher ones. */
	readonly seq: number;
	readonly createdMs: number;
	/** Number of the newest attempt, 0 before the first. */
	readonly attempt: number;
	/** The number of the round, from 1; an ended task that is reopened begins the next. */
	readonly round: number;
	/** Attempts of this round that failed and were to be tried again. */
	readonly failures: number;
	/** Crashes of workers with this task running, and losses of whole nodes. */
	readonly crashes: number;
	readonly losses: number;
	/** When the task was first due, or is to be tried again. Undefined if at once. */
	readonly dueMs?: number;
	/** If the task has not begun by then, it ends EXPIRED. Undefined if never. */
	readonly expiresMs?: number;
	/** Set if somebody has asked the task to end. */
	readonly cancel?: Cancel;
	/** Oldest first; the newest may be under way. */
	readonly attempts: readonly Attempt[];
	readonly finishedMs?: number;
	readonly result?: JsonText;
	readonly error?: TaskError;
}

/** A task in the hands of the node that claimed it. */
export interface ClaimedTask extends Task {
	readonly token: number;
	readonly attempt: number;
	readonly createdMs: number;
	readonly claimedMs: number;
	readonly round: number;
	/** Attempts of this round that failed so far. */
	readonly failures: number;
	/** Crashes so far: a suspect is run apart from other tasks. */
	readonly crashes: number;
	readonly losses: number;
}

/** What events tell of any task. */
export interface TaskAbout {
	readonly round: number;
	readonly route: Route;
	readonly tags: readonly string[] | undefined;
}

/** The end of an attempt, as its holder reports it. */
export type TaskEnd = {
	readonly id: string;
	readonly token: number;
	readonly startedMs: number;
	/** What events tell of its task beside its id; undefined: nothing. */
	readonly about?: TaskAbout;
} & (
	| { readonly state: "SUCCESS"; readonly result: JsonText }
	| {
			readonly state: "FAILURE";
			readonly end: "failure" | "timeout";
			readonly error: TaskError;
	  }
	| {
			readonly state: "CANCELLED";
			readonly end: "cancelled";
			readonly error: TaskError;
	  }
);
