/**
 * Reviser: opens ended tasks of one shard again, and changes those that wait; and sees to it that
 * what has come of that is known of: those that wait now are hinted at, those that are due
 * later are the timekeeper's.
 *
 * How long a task has from when it is due until it expires, it has again in its next round.
 * That is worked out from the task as it was read: the round that was read is the one that is
 * opened again, so a task that has gone on since stays as it is.
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

/** A task to be opened again: as it was read, and after how long it is due. */
export interface Reopening {
	readonly task: TaskRecord;
	readonly afterMs: number;
}

export class Reviser {
	readonly #parts: ReviserParts;

	constructor(parts: ReviserParts) {
		this.#parts = parts;
	}

	/** Outcomes in order. At most RETRY_BATCH_MAX. */
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
	/** Changes the task as it was read. */
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
