/**
 * What the store's twin keeps about when the code of an attempt began.
 */
import type { Begun } from "../../node/ports.ts";
import type { Tasks } from "./shard-tasks.ts";

/** The attempt's holder says when it began; that is kept once. */
export function noteBegun(tasks: Tasks, { id, token, startedMs }: Begun): void {
	const task = tasks.held(id, token);
	const newest = task?.attempts.at(-1);
	if (!task || !newest || newest.startedMs !== undefined) return;
	const attempts = [...task.attempts.slice(0, -1), { ...newest, startedMs }];
	tasks.records.learn({ ...task, attempts });
}
