/** A page of the tasks of one shard of the store's twin, newest first. */
import type { ListReply, ListRequest } from "../../node/ports.ts";
import { FIND_BYTES_MAX } from "../../protocol/limits.ts";
import { LEFT_OUT, type TaskRecord } from "../../protocol/task.ts";
import { fitsFilter, isInState } from "./task-filter.ts";

export function pageOf(
	all: readonly TaskRecord[],
	request: ListRequest,
	nowMs: number,
): ListReply {
	const { state, beforeSeq, limit, filter, only, brief } = request;
	const found = all
		.filter(
			(task) =>
				(only === undefined || task.id === only) &&
				task.seq < beforeSeq &&
				isInState(task, state) &&
				(filter === undefined || fitsFilter(task, filter)),
		)
		.sort((a, b) => b.seq - a.seq);
	const tasks: TaskRecord[] = [];
	let bytes = 0;
	for (const task of found.slice(0, limit)) {
		if (bytes > FIND_BYTES_MAX) break;
		bytes += Buffer.byteLength(task.payload + (task.result ?? ""));
		tasks.push(task);
	}
	const more = tasks.length < found.length;
	const downToSeq = more ? (tasks.at(-1)?.seq ?? beforeSeq) : 0;
	return { tasks: brief ? tasks.map(briefly) : tasks, more, downToSeq, nowMs };
}

export function briefly({ result: _, ...task }: TaskRecord): TaskRecord {
	return { ...task, payload: LEFT_OUT };
}
