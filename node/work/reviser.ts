/**
 * Reviser: reopens ended tasks of one shard, and changes those that wait. It passes on
 * the result: tasks that wait now are hinted at, and those that are due later are for the
 * timekeeper.
 *
 * A reopened task gets as much time from when it is due until it expires as it had
 * before. That is computed from the task as it was read: exactly the round that was read
 * is reopened, so a task that has moved on since stays as it is.
 */
import type { TaskRecord } from "../../protocol/task.ts";
import {
	type Changes,
	changedTimes,
	changeOptions,
} from "../../protocol/task-change.ts";
import { expiryMsOf, type Moments } from "../../protocol/task-times.ts";
import type {
	ChangeReply,
	RetryOutcome,
	RetryRequest,
	RoutedCount,
	Shard,
} from "../ports.ts";

export interface ReviserParts {
	readonly shard: Pick<Shard, "tasks">;
	/** See hinter.ts. */
	readonly hinter: {
		/** Tasks wait. */
		hint(counts: readonly RoutedCount[]): void;
	};
	/** See timekeeper.ts. */
	readonly timekeeper: {
		/** A task of the shard has these times. */
		stored(moments: Moments): void;
	};
}

/** A task to be reopened: as it was read, and after how long it is due. */
export interface Reopening {
	readonly task: TaskRecord;
	readonly afterMs: number;
}

export class Reviser {
	readonly #parts: ReviserParts;

	constructor(parts: ReviserParts) {
		this.#parts = parts;
	}

	/** Reopens tasks, RETRY_BATCH_MAX at most. Outcomes are in order. */
	async reopen(all: readonly Reopening[]): Promise<readonly RetryOutcome[]> {
		const { shard, hinter, timekeeper } = this.#parts;
		const requests = all.map(
			({ task, afterMs }): RetryRequest => ({
				...{ id: task.id, round: task.round, afterMs },
				expiresMs: expiryMsOf(task.options, task.createdMs),
			}),
		);
		const { nowMs, outcomes, reopened } = await shard.tasks.retry(requests);
		if (reopened.length > 0) hinter.hint(reopened);
		for (const [i, outcome] of outcomes.entries()) {
			const isWaiting = outcome === "pending";
			const dueMs = typeof outcome === "object" ? outcome.dueMs : undefined;
			if (!isWaiting && dueMs === undefined) continue;
			const expiresMs = requests[i]?.expiresMs;
			timekeeper.stored({
				dueMs,
				expiresMs:
					expiresMs === undefined ? undefined : (dueMs ?? nowMs) + expiresMs,
			});
		}
		return outcomes;
	}
	/** Changes the task, provided it still is as it was read. */
	async change(
		task: TaskRecord,
		changes: Changes,
	): Promise<ChangeReply["code"]> {
		const { shard, hinter, timekeeper } = this.#parts;
		const { id, options: seen } = task;
		const options = changeOptions(task, changes);
		const { priority } = changes;
		const reply = await shard.tasks.change({
			...{ id, seen, options, priority },
			...changedTimes(options, changes),
		});
		if (reply.code !== "changed") return reply.code;
		const { dueMs, expiresMs, waiting } = reply;
		if (waiting.length > 0) hinter.hint(waiting);
		timekeeper.stored({ dueMs, expiresMs });
		return reply.code;
	}
}
