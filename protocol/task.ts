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

/** The text that stands for a payload in lists that leave payloads out; it is no JSON. */
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
	/** The code: `failed` (the task threw), `crashed`, `result_too_large`, … or one of the task's own. */
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
	/** The creation number; newer tasks of a shard have higher ones. */
	readonly seq: number;
	readonly createdMs: number;
	/** The number of the newest attempt; 0 before the first. */
	readonly attempt: number;
	/** The number of the round, from 1; an ended task that is reopened begins the next. */
	readonly round: number;
	/** How many attempts of this round failed and were to be tried again. */
	readonly failures: number;
	/** How many workers crashed with this task running; and, as `losses`, how many whole nodes were lost. */
	readonly crashes: number;
	readonly losses: number;
	/** When the task was first due, or is to be tried again. Undefined if at once. */
	readonly dueMs?: number;
	/** When the task ends EXPIRED, if it has not begun by then. Undefined if never. */
	readonly expiresMs?: number;
	/** The request that the task should end, if somebody made one. */
	readonly cancel?: Cancel;
	/** The attempts, oldest first; the newest may be under way. */
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
	/** How many attempts of this round have failed so far. */
	readonly failures: number;
	/** How many crashes there were so far: a suspect is run apart from other tasks. */
	readonly crashes: number;
	readonly losses: number;
}

/** What events report about any task. */
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
	/** What events report about its task besides the id; undefined if nothing. */
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
