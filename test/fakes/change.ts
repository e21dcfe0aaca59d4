/**
 * How a waiting task of one shard of the store's twin is changed.
 */
import type { ChangeReply, ChangeRequest } from "../../node/ports.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { writeOptions } from "../../protocol/task-options.ts";
import { momentsOf } from "../../protocol/task-times.ts";
import { byRoute } from "./shard-queues.ts";
import type { Tasks } from "./shard-tasks.ts";
import { mustBegin } from "./task-record.ts";

export function change(
	tasks: Tasks,
	request: ChangeRequest,
	nowMs: number,
): ChangeReply {
	const task = tasks.get(request.id);
	if (task === undefined) return { code: "none" };
	if (task.state !== "PENDING" && task.state !== "SCHEDULED")
		return { code: "not_waiting" };
	if (writeOptions(task.options) !== writeOptions(request.seen))
		return { code: "other" };
	const changed = changedRecord(task, request, nowMs);
	const { dueMs = 0, expiresMs } = changed;
	const isBound = mustBegin(task.attempts, task.round);
	const { due, expires } = request;
	const isAsked = expires !== undefined || (isBound && due !== undefined);
	if (isAsked && (expiresMs ?? Infinity) <= Math.max(nowMs, dueMs))
		return { code: "early" };
	const wasQueued = task.state === "PENDING";
	tasks.times.release(task.id);
	tasks.times.unschedule(task.id);
	if (isBound) tasks.times.bind(task.id, expiresMs);
	if (dueMs > nowMs) {
		if (wasQueued) tasks.queues.remove(task);
		tasks.records.replace(task, changed, "SCHEDULED");
		tasks.times.schedule(task.id, dueMs);
		return { code: "changed", nowMs, dueMs, expiresMs, waiting: [] };
	}
	const waiting = tasks.records.replace(task, changed, "PENDING");
	if (wasQueued) tasks.queues.reorder(waiting);
	else {
		const place = tasks.nextPlace(nowMs);
		tasks.queues.admit(waiting, place, () => tasks.nextNumber());
	}
	return {
		...{ code: "changed", nowMs, dueMs: undefined, expiresMs },
		waiting: byRoute([waiting]),
	};
}

function changedRecord(
	task: TaskRecord,
	{ priority = task.priority, options, due, expires }: ChangeRequest,
	nowMs: number,
): TaskRecord {
	const { dueMs: wasDueMs, expiresMs: wasExpiresMs, ...rest } = task;
	const moments = momentsOf({ due, expires }, nowMs);
	const dueMs = due === undefined ? wasDueMs : moments.dueMs;
	const fromMs = Math.max(nowMs, dueMs ?? 0);
	const after = expires !== undefined && "afterMs" in expires;
	const given = after ? fromMs + expires.afterMs : moments.expiresMs;
	const expiresMs = expires === undefined ? wasExpiresMs : given;
	return {
		...{ ...rest, priority, options },
		...(dueMs !== undefined && { dueMs }),
		...(expiresMs !== undefined && { expiresMs }),
	};
}
