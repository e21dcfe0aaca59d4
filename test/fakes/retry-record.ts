/** What becomes of a task that is asked to have another round, without a store. */
import type { Retried, RetryWish } from "../../node/ports.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";

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
