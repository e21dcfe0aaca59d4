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
	/** The round of the task; undefined if nobody asked, which means the first. */
	readonly round?: number;
	/** When the task is due, by the store's clock; undefined if it does not say, or nobody asked. */
	readonly dueMs?: number;
	readonly expiresMs?: number;
	readonly finishedMs?: number;
	/** The tags of the task; undefined if it has none, or nobody asked. */
	readonly tags?: readonly string[];
	/** The attempts, oldest first; the newest may be under way. */
	readonly attempts: readonly {
		/** When the attempt was claimed, by the store's clock. */
		readonly claimedMs?: number;
		readonly startedMs?: number;
		/** Why the attempt was lost; empty if it does not say, undefined if nobody asked. */
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
