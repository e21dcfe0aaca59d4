/**
 * The moves of a task: every way from one state to another, who makes it, and how the
 * attempt under way ends by it, if one does.
 *
 * This is the one table of transitions. Whatever changes a task's state is held against
 * it: the store's scripts (each names the moves that it makes, and gets the pieces of
 * Lua that write their target states), their twin in memory, and the checker of histories.
 */
import type { AttemptEnd, TaskState } from "./state.ts";

export interface Move {
	/** Undefined: there was no such task. */
	readonly from: TaskState | undefined;
	readonly to: TaskState;
	/** `holder`: the session that has the newest attempt, by its token. `anyone`: any node, at any time. */
	readonly by: "submitter" | "holder" | "anyone";
	/** How the attempt under way may end by it; empty if none is under way, or it goes on. */
	readonly ends: readonly AttemptEnd[];
}

const table = {
	/** A new task waits. */
	submit: { from: undefined, to: "PENDING", by: "submitter", ends: [] },
	/** A new task that nothing waits before is claimed by the step that stores it. */
	submitClaimed: { from: undefined, to: "STARTED", by: "submitter", ends: [] },
	/** A new task that is not due yet. */
	schedule: { from: undefined, to: "SCHEDULED", by: "submitter", ends: [] },
	/** It is due. */
	promote: { from: "SCHEDULED", to: "PENDING", by: "anyone", ends: [] },
	/** It is to be due later than now. */
	postpone: { from: "PENDING", to: "SCHEDULED", by: "anyone", ends: [] },
	/** Its time to begin is over. */
	expire: { from: "PENDING", to: "EXPIRED", by: "anyone", ends: [] },
	expireScheduled: { from: "SCHEDULED", to: "EXPIRED", by: "anyone", ends: [] },
	/** A node takes a waiting task under its lease. */
	claim: { from: "PENDING", to: "STARTED", by: "anyone", ends: [] },
	succeed: { from: "STARTED", to: "SUCCESS", by: "holder", ends: ["success"] },
	fail: {
		...{ from: "STARTED", to: "FAILURE", by: "holder" },
		ends: ["failure", "timeout"],
	},
	/** It failed and is to be tried again, or asked to be put off. */
	putOff: {
		...{ from: "STARTED", to: "SCHEDULED", by: "holder" },
		ends: ["failure", "timeout", "snoozed"],
	},
	/** Its holder is stopping, or never meant to take it. */
	handBack: {
		...{ from: "STARTED", to: "PENDING", by: "holder" },
		ends: ["handed-back"],
	},
	/** None of its code has run: it is as if it had not been claimed. */
	notBegun: { from: "STARTED", to: "PENDING", by: "holder", ends: [] },
	/** Its worker died, which counts, and it is tried again. */
	crash: {
		...{ from: "STARTED", to: "PENDING", by: "holder" },
		ends: ["crashed"],
	},
	/** Its worker died once too often. */
	giveUpCrashed: {
		...{ from: "STARTED", to: "FAILURE", by: "holder" },
		ends: ["crashed"],
	},
	/** Somebody has asked it to end: it waits, or is not due yet. */
	cancel: { from: "PENDING", to: "CANCELLED", by: "anyone", ends: [] },
	cancelScheduled: {
		...{ from: "SCHEDULED", to: "CANCELLED", by: "anyone", ends: [] },
	},
	/** Somebody has by force, and takes it away from its holder. */
	cancelStarted: {
		...{ from: "STARTED", to: "CANCELLED", by: "anyone" },
		ends: ["cancelled"],
	},
	/** Its holder has stopped it on somebody's wish, or it came to an end without a result. */
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
	/** None of its code has run when its holder gives it up on somebody's wish. */
	cancelUnbegun: { from: "STARTED", to: "CANCELLED", by: "holder", ends: [] },
	/** Its holder is lost, or leaves, before it has stopped it. */
	cancelLost: {
		...{ from: "STARTED", to: "CANCELLED", by: "anyone" },
		ends: ["lease-lost", "revoked", "handed-back"],
	},
	/** It has ended without success, and somebody wants another round of it: at once, or later. */
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
	/** Its holder's lease has expired, or its holder is known dead. */
	lose: {
		...{ from: "STARTED", to: "PENDING", by: "anyone" },
		ends: ["lease-lost", "revoked"],
	},
	/** Its node was lost once too often with nothing else on it. */
	giveUpLost: {
		...{ from: "STARTED", to: "FAILURE", by: "anyone" },
		ends: ["lease-lost", "revoked"],
	},
} as const satisfies Record<string, Move>;

export type MoveName = keyof typeof table;

export const MOVES: Readonly<Record<MoveName, Move>> = table;

/** From each state, the states that may follow at once. */
export function statesAfter(from: TaskState): ReadonlySet<TaskState> {
	return new Set(
		Object.values(MOVES)
			.filter((move) => move.from === from)
			.map(({ to }) => to),
	);
}

/** The states that a task may be in after an attempt that ended so. */
export function statesAfterEnd(end: AttemptEnd): ReadonlySet<TaskState> {
	return new Set(
		Object.values(MOVES)
			.filter(({ ends }) => ends.includes(end))
			.map(({ to }) => to),
	);
}

/** Whether the table has a move between these, by which the attempt ends so; undefined: by which none ends. */
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
