/**
 * What becomes of tasks in one shard of the store's twin that somebody asks to end.
 */
import type { CancelOutcome, CancelRequest } from "../../node/ports.ts";
import { isEnded } from "../../protocol/state.ts";
import type { Cancel, TaskError, TaskRecord } from "../../protocol/task.ts";
import type { Tasks } from "./shard-tasks.ts";
import { type Ending, ended } from "./task-record.ts";

export function cancel(
	tasks: Tasks,
	{ tasks: meant, state, by, reason, force }: CancelRequest,
	nowMs: number,
): CancelOutcome[] {
	const wish = { atMs: nowMs, by, reason };
	return meant.map(({ id, round }) => {
		const task = tasks.get(id);
		if (task === undefined) return { code: "none" };
		if (round !== undefined && round !== task.round) return { code: "same" };
		const isMeant = state === undefined || state === task.state;
		if (!isMeant && !isEnded(task.state)) return { code: "same" };
		return cancelOne(tasks, task, wish, force);
	});
}

function cancelOne(
	tasks: Tasks,
	task: TaskRecord,
	wish: Cancel,
	force: boolean,
): CancelOutcome {
	const { records, times, queues, holders } = tasks;
	const { atMs: nowMs } = wish;
	switch (task.state) {
		case "CANCELLED":
			return { code: "same" };
		case "SCHEDULED":
		case "PENDING": {
			times.release(task.id);
			if (task.state === "PENDING") queues.remove(task);
			else times.unschedule(task.id);
			const wanted = { cancel: wish, finishedMs: nowMs, error: errorOf(wish) };
			records.move(task, "CANCELLED", wanted);
			return { code: "cancelled", holder: undefined };
		}
		case "STARTED": {
			const token = holders.token(task.id) ?? 0;
			const holder = holders.sessionOf(task.id);
			const marked = { ...task, cancel: wish };
			records.mark(marked);
			tasks.marks.put(holder, { id: task.id, token }, nowMs);
			if (!force) return { code: "marked", holder };
			cancelAttempt(tasks, marked, { end: "cancelled" }, nowMs);
			return { code: "cancelled", holder };
		}
		default:
			return { code: "ended" };
	}
}

/** STARTED → CANCELLED, for a task that was to end that way. `error`: what its code threw. */
export function cancelAttempt(
	tasks: Tasks,
	held: TaskRecord,
	how: Ending,
	nowMs: number,
	error?: TaskError,
): void {
	tasks.holders.leave(held.id);
	tasks.holders.forget(held.id);
	tasks.records.move(held, "CANCELLED", {
		...ended(held, how, nowMs),
		finishedMs: nowMs,
		error: error ?? errorOf(held.cancel),
	});
}

/** The same for a task of which nothing has run. */
export function cancelUnbegun(
	tasks: Tasks,
	held: TaskRecord,
	nowMs: number,
): void {
	tasks.holders.leave(held.id);
	tasks.holders.forget(held.id);
	const error = errorOf(held.cancel);
	tasks.records.move(held, "CANCELLED", { finishedMs: nowMs, error });
}

function errorOf(wish: Cancel | undefined): TaskError {
	const message = wish?.reason || "It was cancelled.";
	return { code: "cancelled", message };
}
