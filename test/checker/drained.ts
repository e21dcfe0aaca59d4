/**
 * Once everything has healed, every task that is there ends within a bound; and what had to wait
 * for longer, as the store's clock was put back, within as much from when it was due.
 */
import { isEnded } from "../../protocol/state.ts";
import type { History } from "./history.ts";
import type { ReadingEvent } from "./readings.ts";
import { lastRead } from "./task-history.ts";

export function judgeDrained(history: History, drainMs: number): string[] {
	const { tasks, healedMs } = history;
	if (healedMs === undefined) return [];
	const broken: string[] = [];
	for (const task of tasks.values()) {
		const { id, stops } = task;
		const last = lastRead(task);
		if (last === undefined) continue;
		const dueAtMs = Math.max(
			healedMs,
			...task.reads.map((read) => putOffUntilMs(read, history)),
		);
		const isLate = dueAtMs > healedMs;
		if (!isEnded(last.state)) {
			if (isLate && last.atMs - dueAtMs <= drainMs) continue;
			broken.push(
				`${id} is still ${last.state} ${last.atMs - healedMs} ms after all has healed`,
			);
			continue;
		}
		const workedMs = (stops.at(-1)?.atMs ?? 0) - healedMs;
		if (workedMs > drainMs && !isLate)
			broken.push(`${id} was still run ${workedMs} ms after all has healed`);
	}
	return broken;
}

/** When it is due, by the observer's clock, if the store's was put back and it is not yet; else 0. */
function putOffUntilMs(
	read: ReadingEvent,
	{ clockStepsMs }: Pick<History, "clockStepsMs">,
): number {
	if (read.kind !== "read" || read.state !== "SCHEDULED") return 0;
	const { dueMs = 0, atMs, storeMs = Infinity } = read;
	const isPutOff = dueMs > storeMs && clockStepsMs.some((ms) => ms <= atMs);
	return isPutOff ? atMs + dueMs - storeMs : 0;
}
