/**
 * What can be wrong with the store, in the ways that make a difference, and what users
 * are told of it.
 */
import type { Problem } from "../../protocol/problem.ts";

/**
 * Thrown by every method of a shard and of `Store` when the store cannot be reached,
 * refuses, or does not answer in time.
 */
export class StoreError extends Error {
	readonly kind: StoreErrorKind;
	constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
		super(message, { cause });
		this.name = "StoreError";
		this.kind = kind;
	}
}

/** The store does not take writes, and why: one clause. */
export interface FullError {
	readonly why: string;
	/** It has no memory for more; what has ended may be forgotten for new tasks. */
	readonly lacksMemory: boolean;
}

/** What the store throws where a task is looked for, or put, by another number of shards than it has. */
export function unsettled(): StoreError {
	return new StoreError(
		"unsettled",
		"the store does not have this node's number of shards",
	);
}

/** Thrown when the store is there and is not what this node was told: one sentence for its user. */
export class StoreMismatch extends Error {}

export type StoreErrorKind =
	/** Nothing was sent: the store is known to be unreachable. */
	| "unreachable"
	/** Nothing was sent: the store is there, and owes too many answers or has owed some for too long. */
	| "behind"
	/** It was sent and no answer came: it may or may not have been done. */
	| "unknown"
	/** The store answered that it does not take writes (memory or disk full, read-only). */
	| "full"
	/** It answered that it does not have this node's number of shards (any more, or yet), and did nothing. */
	| "unsettled"
	/** It answered with an error that nobody expects: no rights, a key of another kind, … */
	| "refused";

/** What users are told of each; not what the store itself has said, which is for the log. */
export const STORE_PROBLEMS: Readonly<Record<StoreErrorKind, Problem>> = {
	unreachable: {
		code: "store_unavailable",
		// Not that it cannot be reached: it may refuse the login, or belong to another cluster.
		detail:
			"This node cannot use Redis now, for the reason that /readyz gives; try again shortly, or another node.",
	},
	behind: {
		code: "overloaded",
		detail:
			"Redis does not keep up with what this node asks of it, and this was not sent to it; try again shortly.",
	},
	unknown: {
		code: "outcome_unknown",
		detail:
			"Redis did not answer in time, so this may or may not have been done; the same request with the same id may safely be sent again.",
	},
	full: {
		code: "store_full",
		detail:
			"Redis does not take writes now (out of memory, disk full or read-only); try again once it is mended.",
	},
	unsettled: {
		code: "store_unavailable",
		detail:
			"Redis has lost this cluster's number of shards, or has another one than this node was started with; the node asks now, and goes on or ends. Try again shortly, or another node.",
	},
	refused: {
		code: "store_unavailable",
		detail:
			"Redis refuses what this node asks of it; the node's log says why, and its operator has to mend it.",
	},
};
