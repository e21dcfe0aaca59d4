/**
 * Tasks on their way to the store, and what follows from the store's answers.
 */
import type { NewTask } from "../../protocol/task.ts";
import { timesOf } from "../../protocol/task-times.ts";
import { StoreError, type Submission, type SubmitOutcome } from "../ports.ts";

export interface Item {
	readonly task: NewTask;
	/** Since when the task has waited here, on the monotonic clock. */
	readonly sinceMs: number;
	/** Settles the promise of the task's outcome; undefined once it has been called. */
	settle: ((outcome: Submission) => void) | undefined;
}

/** Tasks under way to the store in one script. */
export interface Batch {
	items: readonly Item[];
	readonly sentMs: number;
	/** What a full store said, while room is made: it has none of the tasks. */
	refusal: StoreError | undefined;
}

export function notSent(): StoreError {
	return new StoreError(
		"behind",
		"Redis owes answers to what was sent before, and this was not sent",
	);
}

export function isFull(error: unknown): error is StoreError {
	return error instanceof StoreError && error.kind === "full";
}

/** Whether the task is new, due, and not taken by anybody. */
export function waits(outcome: SubmitOutcome): boolean {
	if (!outcome.ok || !outcome.created) return false;
	return outcome.claimed === undefined && !outcome.scheduled;
}

/** The tasks that ask to be due at once. */
export function atOnce(tasks: readonly NewTask[]): NewTask[] {
	return tasks.filter(({ options }) => timesOf(options)?.due === undefined);
}

export function settle(item: Item, outcome: Submission): void {
	item.settle?.(outcome);
	item.settle = undefined;
}

export function settleAll({ items }: Batch, outcome: StoreError): void {
	for (const item of items) settle(item, outcome);
}
