/**
 * What becomes of a task that is to have another round, or be changed, without a store.
 */
import type { Changed, Retried, RetryWish } from "../../node/ports.ts";
import { isEnded } from "../../protocol/state.ts";
import type { JsonText, TaskRecord } from "../../protocol/task.ts";
import { type Changes, changeOptions } from "../../protocol/task-change.ts";

export function retryRecord(
	task: TaskRecord,
	{ round = task.round, delayMs }: RetryWish,
	nowMs: number,
): Retried {
	if (round !== task.round) return { code: "same", task };
	if (!isEnded(task.state)) return { code: "not_ended", task };
	if (task.state === "SUCCESS") return { code: "succeeded", task };
	const { finishedMs, error, cancel, ...rest } = task;
	const again: TaskRecord = {
		...{ ...rest, state: delayMs > 0 ? "SCHEDULED" : "PENDING" },
		...(delayMs > 0 && { dueMs: nowMs + delayMs }),
		round: task.round + 1,
	};
	return { code: "done", task: again };
}

export function patchRecord(task: TaskRecord, changes: Changes): Changed {
	if (task.state !== "PENDING" && task.state !== "SCHEDULED")
		return { code: "not_waiting", task };
	const options = changeOptions(task, changes);
	const { priority = task.priority } = changes;
	return { code: "changed", task: { ...task, priority, options } };
}

/** What it takes for a task to have succeeded in its first attempt. */
export function succeeded(
	result: JsonText,
	createdMs: number,
): Partial<TaskRecord> {
	const run = { token: 7, round: 1, nodeId: "node-a", epoch: 1 };
	const times = { claimedMs: createdMs + 1, startedMs: createdMs + 2 };
	const finishedMs = createdMs + 3;
	return {
		...{ state: "SUCCESS", attempt: 1, finishedMs, result },
		attempts: [{ ...run, ...times, endedMs: finishedMs, end: "success" }],
	};
}
