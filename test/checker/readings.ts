/**
 * Readings: what a history contains about tasks as they were read back.
 */
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";

export type ReadingEvent = ReadEvent | AbsentEvent;

/** A task, read back. */
export interface ReadEvent {
	readonly kind: "read";
	readonly atMs: number;
	readonly id: string;
	readonly state: TaskState;
	/** Undefined if nobody asked: then the first. */
	readonly round?: number;
	/** By the store's clock; undefined if it has none, or nobody asked. */
	readonly dueMs?: number;
	readonly expiresMs?: number;
	readonly finishedMs?: number;
	/** Undefined if it has none, or nobody asked. */
	readonly tags?: readonly string[];
	/** Oldest first; the newest may be under way. */
	readonly attempts: readonly {
		/** By the store's clock. */
		readonly claimedMs?: number;
		readonly startedMs?: number;
		/** Empty: it does not say; undefined: nobody asked. */
		readonly why?: string;
		readonly token: number;
		/** The round of the task in which it was begun; undefined for the first. */
		readonly round?: number;
		readonly node: string;
		readonly end?: AttemptEnd;
	}[];
	/** The token that the task's code put into its result. */
	readonly resultToken?: number;
	readonly errorCode?: string;
}

/** The attempts in the task's present round. */
export function ofThisRound({ attempts, round = 1 }: ReadEvent) {
	return attempts.filter((attempt) => (attempt.round ?? 1) === round);
}

/** A task that a client knows was looked for, and is not there. */
export interface AbsentEvent {
	readonly kind: "absent";
	readonly atMs: number;
	readonly id: string;
}
