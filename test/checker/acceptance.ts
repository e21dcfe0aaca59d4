/**
 * Every accepted task is in the store, except ended ones that were rightly discarded. A
 * task that was refused to all who asked, or was never submitted, is not there.
 */
import type { History } from "./history.ts";
import { isAccepted, isPossible } from "./task-history.ts";

export function judgeAcceptance({
	tasks,
	lostWritesMs,
	forgotten,
}: History): string[] {
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, submits, submitted, starts, reads } = task;
		const last = reads.at(-1);
		const seen = starts.length > 0 || reads.some(({ kind }) => kind === "read");
		if (submits.length === 0) {
			broken.push(`${id} was never submitted, and is there`);
		} else if (!isPossible(task) && seen) {
			broken.push(`${id} was refused to all who submitted it, and is there`);
		} else if (isAccepted(task) && last?.kind !== "read") {
			const mayEndUnbegun = submits[0]?.mayExpire || task.cancels.length > 0;
			const told = submitted.find(({ outcome }) => outcome === "ok");
			const excused =
				(forgotten.has(id) && (starts.length > 0 || mayEndUnbegun)) ||
				lostWritesMs.some((ms) => ms >= (submits[0]?.atMs ?? 0));
			if (!excused)
				broken.push(`${id} was accepted at ${told?.atMs} ms, and is gone`);
		}
	}
	return broken;
}
