/**
 * Watches a scheduler at work, seldom enough not to weigh on it.
 */
import { nowMs, sleep } from "./clock.ts";
import type { Scheduler } from "./contender.ts";
import type { Sample } from "./stats.ts";

const POLL_MS = 50;
/** If nothing changes for this long, the scheduler has stopped. */
const STALL_MS = 30_000;

/** Takes samples until all tasks are submitted and none is left. */
export async function watch(
	scheduler: Scheduler,
	allSubmitted: () => boolean = () => true,
): Promise<Sample[]> {
	const samples: Sample[] = [];
	let changedMs = nowMs();
	for (;;) {
		const complete = allSubmitted();
		const sentMs = nowMs();
		const unfinished = await scheduler.unfinished();
		const atMs = (sentMs + nowMs()) / 2;
		if (samples.at(-1)?.unfinished !== unfinished) changedMs = atMs;
		samples.push({ atMs, unfinished });
		if (complete && unfinished === 0) break;
		if (atMs - changedMs > STALL_MS) {
			throw new Error(`${unfinished} tasks are left and none ends`);
		}
		await sleep(POLL_MS);
	}
	return samples;
}

/** Resolves when so many tasks run at once. */
export async function untilRunning(
	scheduler: Scheduler,
	count: number,
): Promise<void> {
	const signal = AbortSignal.timeout(STALL_MS);
	while ((await scheduler.running()) < count) {
		if (signal.aborted) throw new Error(`not ${count} tasks run at once`);
		await sleep(POLL_MS);
	}
}
