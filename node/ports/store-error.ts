/**
 * What can be wrong with the store, in the ways that make a difference.
 */

/**
 * Thrown by every method of `Shard` and `Store` when the store cannot be
 * reached, refuses, or does not answer in time.
 */
export class StoreError extends Error {
	readonly kind: StoreErrorKind;
	constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
		super(message, { cause });
		this.name = "StoreError";
		this.kind = kind;
	}
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
	/** It answered with an error that nobody expects: no rights, a key of another kind, … */
	| "refused";
