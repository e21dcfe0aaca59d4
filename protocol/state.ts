/**
 * The states of a task, and the ways in which an attempt can end. `moves.ts` says what
 * leads from one state to another.
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

/** The ended states: a task in one of these has its outcome, and nothing is under way for it. */
export const ENDED_STATES = [
	"SUCCESS",
	"FAILURE",
	"CANCELLED",
	"EXPIRED",
] as const satisfies readonly TaskState[];

export function isEnded(state: TaskState): boolean {
	return (ENDED_STATES as readonly TaskState[]).includes(state);
}

/** How one attempt ended. */
export const ATTEMPT_ENDS = [
	"success",
	"failure",
	"timeout",
	/** The lease expired in the store's time, and a sweep took the task back. */
	"lease-lost",
	/** A peer ended the session before its lease expired, knowing its node dead. */
	"revoked",
	/** The node gave the task back unfinished: it was stopping. */
	"handed-back",
	/** The worker that ran it died. */
	"crashed",
	"cancelled",
	/** The task's code asked to be put off. */
	"snoozed",
] as const;
export type AttemptEnd = (typeof ATTEMPT_ENDS)[number];
