/**
 * What can be wrong with the store, as far as the difference matters, and what users are
 * told about it.
 */
import type { Problem } from "../../protocol/problem.ts";

/**
 * Thrown by every method of a shard and of `Store` if the store cannot be reached,
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

/** Why the store does not take writes: one clause. */
export interface FullError {
	readonly why: string;
	/** It has no memory left. Ended tasks may be discarded to make room for new ones. */
	readonly lacksMemory: boolean;
}

/**
 * What the store throws if a task is looked for, or put, by another number of shards than
 * the store has.
 */
export function unsettled(): StoreError {
	return new StoreError(
		"unsettled",
		"the store does not have this node's number of shards",
	);
}

/**
 * Thrown if the store is there but is not what this node was told: one sentence for its
 * user.
 */
export class StoreMismatch extends Error {}

export type StoreErrorKind =
	/** Nothing was sent: the store is known to be unreachable. */
	| "unreachable"
	/**
	 * Nothing was sent: the store is there, but owes too many answers, or has owed some for
	 * too long.
	 */
	| "behind"
	/** It was sent, and no answer came: it may or may not have been done. */
	| "unknown"
	/** The store answered that it does not take writes (memory or disk full, read-only). */
	| "full"
	/**
	 * The store answered that it does not have this node's number of shards (any more, or
	 * yet), and did nothing.
	 */
	| "unsettled"
	/**
	 * The store answered with an unexpected error: missing rights, a key of the wrong type,
	 * …
	 */
	| "refused";

/** What users are told about each. What the store itself has said is for the log. */
export const STORE_PROBLEMS: Readonly<Record<StoreErrorKind, Problem>> = {
	unreachable: {
		code: "store_unavailable",
		// It does not say "cannot be reached": the store may refuse the login, or belong to
		// another cluster.
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
