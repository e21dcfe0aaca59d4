/**
 * The states of a task, the ways in which an attempt can end, and the one table
 * of transitions. Whatever changes a task's state (the store's scripts, their
 * in-memory twin, the checker of histories) is held against this table.
 */

export const TASK_STATES = [
	"SCHEDULED",
	"PENDING",
	"STARTED",
	"SUCCESS",
	"FAILURE",
	"CANCELLED",
	"EXPIRED",
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** From each state, the states that may follow. A terminal state has none. */
export const TRANSITIONS: Readonly<Record<TaskState, readonly TaskState[]>> = {
	SCHEDULED: ["PENDING", "CANCELLED", "EXPIRED"],
	PENDING: ["STARTED", "CANCELLED", "EXPIRED"],
	// Back to PENDING: the lease was lost or handed back. To FAILURE also when
	// the task crashed once too often.
	STARTED: ["SUCCESS", "FAILURE", "CANCELLED", "PENDING", "SCHEDULED"],
	SUCCESS: [],
	FAILURE: [],
	CANCELLED: [],
	EXPIRED: [],
};

export const ENDED_STATES = TASK_STATES.filter(
	(state) => TRANSITIONS[state].length === 0,
);

export function isTaskState(text: string): text is TaskState {
	return (TASK_STATES as readonly string[]).includes(text);
}

export function isEnded(state: TaskState): boolean {
	return TRANSITIONS[state].length === 0;
}

/** How one attempt ended. */
export const ATTEMPT_ENDS = [
	"success",
	"failure",
	"timeout",
	/** The lease ran out in the store's time and a sweep took the task back. */
	"lease-lost",
	/** A peer ended the session before its lease ran out, knowing it dead. */
	"revoked",
	/** The node gave the task back unfinished: it was stopping. */
	"handed-back",
	/** The worker that ran it died. */
	"crashed",
	"cancelled",
] as const;
export type AttemptEnd = (typeof ATTEMPT_ENDS)[number];
