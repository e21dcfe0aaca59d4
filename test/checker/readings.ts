/** Readings: what a history has of tasks as they were read back. */
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";

export type ReadingEvent = ReadEvent | AbsentEvent;

/** A task, read back. */
export interface ReadEvent {
	readonly kind: "read";
	readonly atMs: number;
	readonly id: string;
	readonly state: TaskState;
	/** Undefined: nobody asked; the first. */
	readonly round?: number;
	/** As the store's clock has it; undefined: it has none, or nobody asked. */
	readonly dueMs?: number;
	readonly expiresMs?: number;
	readonly finishedMs?: number;
	/** Undefined: it has none, or nobody asked. */
	readonly tags?: readonly string[];
	/** Oldest first; the newest may be under way. */
	readonly attempts: readonly {
		/** By the store's clock. */
		readonly claimedMs?: number;
		readonly startedMs?: number;
		/** Empty: it does not say; undefined: nobody asked. */
		readonly why?: string;
		readonly token: number;
		/** Of the task, in which it was begun; undefined: the first. */
		readonly round?: number;
		readonly node: string;
		readonly end?: AttemptEnd;
	}[];
	/** The token that the task's code put into its result. */
	readonly resultToken?: number;
	readonly errorCode?: string;
}

/** Its attempts in the round that it is in. */
export function ofThisRound({ attempts, round = 1 }: ReadEvent) {
	return attempts.filter((attempt) => (attempt.round ?? 1) === round);
}

/** A task that a client knows of was looked for, and is not there. */
export interface AbsentEvent {
	readonly kind: "absent";
	readonly atMs: number;
	readonly id: string;
}
