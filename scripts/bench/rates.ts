/**
 * Rates, and how they are taken: warmed up, and over everything that was submitted.
 */
import { nowMs } from "./clock.ts";
import type { BulkPlan, Scheduler } from "./contender.ts";
import type { Line } from "./measure.ts";
import { drainRate, finishedMs } from "./stats.ts";
import { watch } from "./watch.ts";

/** The part of a run's tasks that goes before, unmeasured. */
const WARM_UP = 0.1;

export function perSecond(title: string): Line {
	return { title, unit: "tasks/s", better: "higher" };
}

export function warmUp(tasks: number): number {
	return Math.ceil(tasks * WARM_UP);
}

/** Tasks a second, from a moment until now. */
export function rateSince(startMs: number, tasks: number): number {
	return (tasks / (nowMs() - startMs)) * 1_000;
}

/** Tasks a second of a bulk submission, after another of as many. */
export async function bulkRate(
	scheduler: Scheduler,
	count: number,
	plan?: BulkPlan,
): Promise<number> {
	await scheduler.submitBulk(count, plan);
	const startMs = nowMs();
	await scheduler.submitBulk(count, plan);
	return rateSince(startMs, count);
}

/** Tasks a second at which a worker that is started for them works off so many. */
export async function backlogRate(
	scheduler: Scheduler,
	backlog: number,
): Promise<number> {
	const [samples] = await Promise.all([
		watch(scheduler),
		scheduler.startWorker(),
	]);
	return drainRate(samples, backlog);
}

/** Tasks a second from the first submission to the last result. */
export async function endToEndRate(
	scheduler: Scheduler,
	count: number,
	submit: (count: number) => Promise<void>,
): Promise<number> {
	await submit(warmUp(count));
	await watch(scheduler);
	const startMs = nowMs();
	let submitted = false;
	const [samples] = await Promise.all([
		watch(scheduler, () => submitted),
		submit(count).then(() => {
			submitted = true;
		}),
	]);
	return (count / (finishedMs(samples) - startMs)) * 1_000;
}
