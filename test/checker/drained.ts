/** Once everything has healed, every task that is there ends within a bound. */
import { isEnded } from "../../protocol/state.ts";
import type { History } from "./history.ts";
import type { ReadEvent } from "./readings.ts";
import { lastRead } from "./task-history.ts";

export function judgeDrained(history: History, drainMs: number): string[] {
	const { tasks, healedMs } = history;
	if (healedMs === undefined) return [];
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, stops } = task;
		const last = lastRead(task);
		if (last === undefined) continue;
		if (last.state === "SCHEDULED" && isPutOff(last, history)) continue;
		if (!isEnded(last.state)) {
			broken.push(
				`${id} is still ${last.state} ${last.atMs - healedMs} ms after all has healed`,
			);
			continue;
		}
		const isLate = task.reads.some(
			(read) =>
				read.kind === "read" &&
				read.state === "SCHEDULED" &&
				isPutOff(read, history),
		);
		const workedMs = (stops.at(-1)?.atMs ?? 0) - healedMs;
		if (workedMs > drainMs && !isLate)
			broken.push(`${id} was still run ${workedMs} ms after all has healed`);
	}
	return broken;
}

/** By the clock of the store, which was put back, it is not due yet. */
function isPutOff(
	{ dueMs = 0, atMs, storeMs = Infinity }: ReadEvent,
	{ clockStepsMs }: History,
): boolean {
	return dueMs > storeMs && clockStepsMs.some((ms) => ms <= atMs);
}
