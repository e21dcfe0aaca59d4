/**
 * Changes: a task has what it was last changed to, and nothing that nobody asked for.
 * Each change leaves a mark of its own, which shows which one was the last.
 */
import type { History } from "./history.ts";
import { lastRead, type TaskHistory } from "./task-history.ts";

export function judgeChanges({ tasks, lostWritesMs }: History): string[] {
	return [...tasks.values()].flatMap((task) => {
		const { id, patches } = task;
		const read = lastRead(task);
		if (read === undefined || patches.length === 0) return [];
		// It may be another task, submitted anew.
		if (task.removes.length > 0) return [];
		const marks = new Set(patches.map(({ mark }) => mark));
		const [has, ...more] = (read.tags ?? []).filter((tag) => marks.has(tag));
		if (more.length > 0) return [`${id} has the marks of several changes`];
		const told = task.patched.find(({ mark }) => mark === has);
		const isRefused =
			told !== undefined && !["changed", "unknown"].includes(told.outcome);
		if (isRefused)
			return [`${id} has a change that was refused as ${told.outcome}`];
		// A change that was reported to nobody may have been made at any time.
		const hasFromMs = told?.outcome === "changed" ? told.atMs : Infinity;
		const since = has === undefined ? 0 : hasFromMs;
		return (
			changedAfter(task, since)
				// The store may have lost it before the answer came.
				.filter(({ atMs }) => !lostWritesMs.some((ms) => ms >= atMs))
				.map(
					({ mark, atMs }) =>
						`${id} is to be changed (${mark}) since ${atMs} ms, and has ${has ?? "none of that"}`,
				)
		);
	});
}

/** The requests for changes after this that were reported to somebody as done. */
function changedAfter({ patches, patched }: TaskHistory, ms: number) {
	return patches.filter(
		({ mark, atMs }) =>
			atMs > ms &&
			patched.some((told) => told.mark === mark && told.outcome === "changed"),
	);
}
