/** A page of the tasks of one shard of the store's twin, newest first. */
import type { ListReply, ListRequest } from "../../node/ports.ts";
import { LIST_BYTES_MAX } from "../../protocol/limits.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export function pageOf(
	all: readonly TaskRecord[],
	{ state, beforeSeq, limit }: ListRequest,
): ListReply {
	const found = all
		.filter(
			(task) =>
				task.seq < beforeSeq && (state === undefined || task.state === state),
		)
		.sort((a, b) => b.seq - a.seq);
	const tasks: TaskRecord[] = [];
	let bytes = 0;
	for (const task of found.slice(0, limit)) {
		if (bytes > LIST_BYTES_MAX) break;
		bytes += Buffer.byteLength(task.payload + (task.result ?? ""));
		tasks.push(task);
	}
	return { tasks, more: tasks.length < found.length };
}
