/**
 * The moves of a task: every way from one state to another, who makes it, and how it ends
 * the attempt under way, if there is one that ends.
 *
 * This is the one table of transitions. Everything that changes a task's state is held
 * against it: the store's scripts (each names the moves that it makes, and gets the
 * pieces of Lua that write their target states), their twin in memory, and the checker of
 * histories.
 */
import type { AttemptEnd, TaskState } from "./state.ts";

export interface Move {
	/** The state before the move; undefined if there was no such task. */
	readonly from: TaskState | undefined;
	readonly to: TaskState;
	/** `holder`: the session that has the newest attempt, by its token. `anyone`: any node, at any time. */
	readonly by: "submitter" | "holder" | "anyone";
	/** How the move may end the attempt under way; empty if none is under way, or it goes on. */
	readonly ends: readonly AttemptEnd[];
}

const table = {
	/** A new task waits. */
	submit: { from: undefined, to: "PENDING", by: "submitter", ends: [] },
	/** A new task is claimed by the step that stores it, since nothing waits before it. */
	submitClaimed: { from: undefined, to: "STARTED", by: "submitter", ends: [] },
	/** A new task is not due yet. */
	schedule: { from: undefined, to: "SCHEDULED", by: "submitter", ends: [] },
	/** The task is due. */
	promote: { from: "SCHEDULED", to: "PENDING", by: "anyone", ends: [] },
	/** The task is to be due later than now. */
	postpone: { from: "PENDING", to: "SCHEDULED", by: "anyone", ends: [] },
	/** The time by which the task may begin is over. */
	expire: { from: "PENDING", to: "EXPIRED", by: "anyone", ends: [] },
	expireScheduled: { from: "SCHEDULED", to: "EXPIRED", by: "anyone", ends: [] },
	/** A node takes a waiting task under its lease. */
	claim: { from: "PENDING", to: "STARTED", by: "anyone", ends: [] },
	succeed: { from: "STARTED", to: "SUCCESS", by: "holder", ends: ["success"] },
	fail: {
		...{ from: "STARTED", to: "FAILURE", by: "holder" },
		ends: ["failure", "timeout"],
	},
	/** The task failed and is to be tried again, or asked to be put off. */
	putOff: {
		...{ from: "STARTED", to: "SCHEDULED", by: "holder" },
		ends: ["failure", "timeout", "snoozed"],
	},
	/** The task's holder is stopping, or never meant to take it. */
	handBack: {
		...{ from: "STARTED", to: "PENDING", by: "holder" },
		ends: ["handed-back"],
	},
	/** None of the task's code has run: it is as if it had not been claimed. */
	notBegun: { from: "STARTED", to: "PENDING", by: "holder", ends: [] },
	/** The task's worker died, which counts, and the task is tried again. */
	crash: {
		...{ from: "STARTED", to: "PENDING", by: "holder" },
		ends: ["crashed"],
	},
	/** The task's worker died once too often. */
	giveUpCrashed: {
		...{ from: "STARTED", to: "FAILURE", by: "holder" },
		ends: ["crashed"],
	},
	/** Somebody has asked the task to end: it waits, or is not due yet. */
	cancel: { from: "PENDING", to: "CANCELLED", by: "anyone", ends: [] },
	cancelScheduled: {
		...{ from: "SCHEDULED", to: "CANCELLED", by: "anyone", ends: [] },
	},
	/** Somebody has ended the task by force, which takes it away from its holder. */
	cancelStarted: {
		...{ from: "STARTED", to: "CANCELLED", by: "anyone" },
		ends: ["cancelled"],
	},
	/** The holder has stopped the task at somebody's request, or it came to an end without a result. */
	cancelHeld: {
		...{ from: "STARTED", to: "CANCELLED", by: "holder" },
		ends: [
			"cancelled",
			"failure",
			"timeout",
			"snoozed",
			"handed-back",
			"crashed",
		],
	},
	/** None of the task's code has run when its holder gives it up at somebody's request. */
	cancelUnbegun: { from: "STARTED", to: "CANCELLED", by: "holder", ends: [] },
	/** The holder is lost, or leaves, before it has stopped the task. */
	cancelLost: {
		...{ from: "STARTED", to: "CANCELLED", by: "anyone" },
		ends: ["lease-lost", "revoked", "handed-back"],
	},
	/** The task has ended without success, and somebody wants another round of it: at once, or later. */
	reopenFailed: {
		...{ from: "FAILURE", to: "PENDING", by: "anyone", ends: [] },
	},
	reopenCancelled: {
		...{ from: "CANCELLED", to: "PENDING", by: "anyone", ends: [] },
	},
	reopenExpired: {
		...{ from: "EXPIRED", to: "PENDING", by: "anyone", ends: [] },
	},
	reopenFailedLater: {
		...{ from: "FAILURE", to: "SCHEDULED", by: "anyone", ends: [] },
	},
	reopenCancelledLater: {
		...{ from: "CANCELLED", to: "SCHEDULED", by: "anyone", ends: [] },
	},
	reopenExpiredLater: {
		...{ from: "EXPIRED", to: "SCHEDULED", by: "anyone", ends: [] },
	},
	/** The holder's lease has expired, or the holder is known dead. */
	lose: {
		...{ from: "STARTED", to: "PENDING", by: "anyone" },
		ends: ["lease-lost", "revoked"],
	},
	/** The task's node was lost once too often with nothing else running on it. */
	giveUpLost: {
		...{ from: "STARTED", to: "FAILURE", by: "anyone" },
		ends: ["lease-lost", "revoked"],
	},
} as const satisfies Record<string, Move>;

export type MoveName = keyof typeof table;

export const MOVES: Readonly<Record<MoveName, Move>> = table;

/** The states that may directly follow a state. */
export function statesAfter(from: TaskState): ReadonlySet<TaskState> {
	return new Set(
		Object.values(MOVES)
			.filter((move) => move.from === from)
			.map(({ to }) => to),
	);
}

/** The states that a task may be in after an attempt that ended this way. */
export function statesAfterEnd(end: AttemptEnd): ReadonlySet<TaskState> {
	return new Set(
		Object.values(MOVES)
			.filter(({ ends }) => ends.includes(end))
			.map(({ to }) => to),
	);
}

/**
 * Whether the table has a move between these states that ends the attempt this way; with
 * `end` undefined, one that ends none.
 */
export function isMove(
	from: TaskState | undefined,
	to: TaskState,
	end: AttemptEnd | undefined,
): boolean {
	return Object.values(MOVES).some(
		(move) =>
			move.from === from &&
			move.to === to &&
			(end === undefined ? move.ends.length === 0 : move.ends.includes(end)),
	);
}
