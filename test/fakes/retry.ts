/**
 * How ended tasks of one shard of the store's twin are reopened.
 */
import type {
	RetryOutcome,
	RetryReply,
	RetryRequest,
} from "../../node/ports.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { byRoute } from "./shard-queues.ts";
import type { Tasks } from "./shard-tasks.ts";

export function retry(
	tasks: Tasks,
	requests: readonly RetryRequest[],
	nowMs: number,
): RetryReply {
	const waiting: TaskRecord[] = [];
	const outcomes = requests.map((request): RetryOutcome => {
		const { id, round } = request;
		const task = tasks.get(id);
		if (task === undefined) return "none";
		if (round !== undefined && round !== task.round) return "other_round";
		if (!isEnded(task.state)) return "not_ended";
		if (task.state === "SUCCESS") return "succeeded";
		const again = reopen(tasks, task, request, nowMs);
		if (again.state === "SCHEDULED") return { dueMs: again.dueMs ?? nowMs };
		waiting.push(again);
		return "pending";
	});
	return { nowMs, outcomes, reopened: byRoute(waiting) };
}

/** The task without what belongs only to the round that is over. */
function bare(task: TaskRecord): TaskRecord {
	const { dueMs: _, expiresMs, cancel, finishedMs, error, ...rest } = task;
	return rest;
}

function reopen(
	tasks: Tasks,
	task: TaskRecord,
	{ afterMs, expiresMs }: RetryRequest,
	nowMs: number,
): TaskRecord {
	const { records, times, queues, holders } = tasks;
	const { error } = task;
	tasks.reopened += 1;
	const fresh: TaskRecord = {
		...bare(task),
		...{ round: task.round + 1, failures: 0, crashes: 0, losses: 0 },
		...(afterMs > 0 && { dueMs: nowMs + afterMs }),
		...(expiresMs !== undefined && { expiresMs: nowMs + afterMs + expiresMs }),
		attempts: task.attempts.map((attempt) =>
			attempt.end === "failure" || attempt.end === "timeout"
				? { ...(error !== undefined && { error }), ...attempt }
				: attempt,
		),
	};
	holders.forget(task.id);
	const again = records.reopen(
		task,
		fresh,
		afterMs > 0 ? "SCHEDULED" : "PENDING",
	);
	times.bind(task.id, fresh.expiresMs);
	if (again.state === "SCHEDULED")
		times.schedule(task.id, again.dueMs ?? nowMs);
	else queues.admit(again, tasks.nextPlace(nowMs), () => tasks.nextNumber());
	return again;
}
