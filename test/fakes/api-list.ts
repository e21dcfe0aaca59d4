/** A page of the tasks of an `Api` in memory, newest first. */
import type { ListWish, TaskPage } from "../../node/ports.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { passesOf } from "../../protocol/task-filter.ts";
import { fitsFilter, isInState } from "./task-filter.ts";
import { briefly } from "./task-page.ts";

/** `all` is oldest first. Cursors are creation numbers. */
export function listOf(
	all: readonly TaskRecord[],
	{ query, limit, cursor, isBrief }: ListWish,
): TaskPage | undefined {
	const before = Number(cursor ?? Number.MAX_SAFE_INTEGER);
	if (Number.isNaN(before)) return undefined;
	const [{ filter } = { filter: {} }] = passesOf(query, undefined);
	const found = all
		.filter((task) => task.seq < before && isInState(task, query.state))
		.filter((task) => fitsFilter(task, filter))
		.toReversed();
	const tasks = found
		.slice(0, limit)
		.map((task) => (isBrief ? briefly(task) : task));
	const last = tasks.at(-1)?.seq;
	const asOfMs = Math.max(0, ...all.map(({ createdMs }) => createdMs));
	return {
		...{ tasks, asOfMs },
		cursor: found.length > limit ? `${last}` : undefined,
	};
}
