/**
 * Removals: a task is deleted only if somebody asked for that. Once somebody was told
 * that it is gone, it is gone, unless it was submitted once more.
 */
import type { History } from "./history.ts";
import { lastRead } from "./task-history.ts";

export function judgeRemovals(history: History): string[] {
	const { tasks, deleted, lostWritesMs } = history;
	return [...tasks.values()].flatMap((task) => {
		const { id, removes, submits, submitted } = task;
		if (deleted.has(id) && removes.length === 0)
			return [`${id} was deleted, and nobody asked for that`];
		if (lastRead(task) === undefined) return [];
		const told = task.removed.find(({ outcome }) => outcome === "done");
		if (told === undefined) return [];
		// A submission whose whereabouts nobody knows may reach the store at any time.
		const isSubmittedAfter =
			submits.some(({ atMs }) => atMs >= told.atMs) ||
			submits.length > submitted.length ||
			submitted.some(
				({ outcome, atMs }) => outcome === "unknown" || atMs >= told.atMs,
			);
		// It was done at some time after the first request for it.
		const isLost = lostWritesMs.some((ms) => ms >= (removes[0]?.atMs ?? 0));
		return isSubmittedAfter || isLost
			? []
			: [`${id} was told to be deleted at ${told.atMs} ms, and is there`];
	});
}
