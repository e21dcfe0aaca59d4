/**
 * What clients asked for, and what they were told: their part of a history.
 */

export type ClientEvent =
	| SubmitEvent
	| SubmittedEvent
	| CancelEvent
	| CancelledEvent
	| RetryEvent
	| RetriedEvent
	| PatchEvent
	| PatchedEvent
	| RemoveEvent
	| RemovedEvent
	| SweptEvent;

/** A client sends a task, perhaps again. */
export interface SubmitEvent {
	readonly kind: "submit";
	readonly atMs: number;
	readonly id: string;
	readonly route: string;
	readonly priority: number;
	/** How often the task is to be tried again. */
	readonly retries?: number;
	/** Whether the task ends unbegun if it has to wait for too long. */
	readonly mayExpire?: true;
	/** Whether its code runs on when its node has lost the right to run it. */
	readonly runsOn?: true;
	/** How the task ends, as far as its code decides; undefined if either end is right. */
	readonly expected?: "SUCCESS" | "FAILURE" | "crashed";
}

/** What the client was told. `refused`: the task was not accepted, and will not be by this submission. */
export interface SubmittedEvent {
	readonly kind: "submitted";
	readonly atMs: number;
	readonly id: string;
	readonly outcome: "ok" | "refused" | "unknown";
}

/** A client asks for the task to end. */
export interface CancelEvent {
	readonly kind: "cancel";
	readonly atMs: number;
	readonly id: string;
	readonly force: boolean;
	/** The round that the client means; undefined for any. */
	readonly round?: number;
}

/** A client asks for another round of the task, once this one has ended. */
export interface RetryEvent {
	readonly kind: "retry";
	readonly atMs: number;
	readonly id: string;
	/** The round that the client means; undefined for any. */
	readonly round?: number;
}

/** What the client was told. `done`: the task has another round; `same`: it has moved on since. */
export interface RetriedEvent {
	readonly kind: "retried";
	readonly atMs: number;
	readonly id: string;
	readonly round: number;
	readonly outcome:
		| "done"
		| "same"
		| "not_ended"
		| "succeeded"
		| "none"
		| "unknown";
}

/** A client asks to change a task that waits. */
export interface PatchEvent {
	readonly kind: "patch";
	readonly atMs: number;
	readonly id: string;
	/** The mark of the change: the task has it from then on, until another change. */
	readonly mark: string;
	/** Whether it changes when the task is due. */
	readonly isTimed: boolean;
}

/**
 * What the client was told. `none`: there is no such task; `unknown`: nothing; by all
 * others, nothing was changed.
 */
export interface PatchedEvent {
	readonly kind: "patched";
	readonly atMs: number;
	readonly id: string;
	readonly mark: string;
	readonly outcome:
		| "changed"
		| "not_waiting"
		| "early"
		| "other"
		| "none"
		| "unknown";
}

/** A client asks for the task to be deleted once it has ended. */
export interface RemoveEvent {
	readonly kind: "remove";
	readonly atMs: number;
	readonly id: string;
}

/** What the client was told. `done`: the task is gone; `none`: it was gone before; `unknown`: nothing. */
export interface RemovedEvent {
	readonly kind: "removed";
	readonly atMs: number;
	readonly id: string;
	readonly outcome: "done" | "not_ended" | "none" | "unknown";
}

/** A client had all tasks of a kind cancelled, including this one, and was told that all are through. */
export interface SweptEvent {
	readonly kind: "swept";
	readonly atMs: number;
	readonly id: string;
	/** When the client began to ask. */
	readonly fromMs: number;
}

/**
 * What the client was told. `done`: the task is CANCELLED; `marked`: it runs, and is to
 * stop; `same`: another round is meant; `unknown`: nothing.
 */
export interface CancelledEvent {
	readonly kind: "cancelled";
	readonly atMs: number;
	readonly id: string;
	/** When the client asked: the store did it after that. */
	readonly fromMs: number;
	readonly outcome: "done" | "marked" | "same" | "ended" | "none" | "unknown";
	/** The round that the task was in then. */
	readonly round?: number;
}
