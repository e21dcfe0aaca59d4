/**
 * How long a thread is at work for a job of each type.
 *
 * Neither a job's own time tells, nor how soon the node hears of its end: both are full
 * of waiting, for the world, for its neighbours, for the thread to get a core at all, and
 * for the node to hear; another thread would wait for all that, too. What counts is how long
 * the thread was at work (see `work-meter.ts`) for what it got done, divided by the number
 * of jobs. A type not seen yet is taken for a long one, so that the first of its kind are
 * spread over the threads.
 */
import assert from "node:assert/strict";
import { THREAD_WORK_MS } from "../../protocol/limits.ts";

/** Weight of the newest measurement in the moving average. */
const NEWEST = 1 / 8;

export class Costs {
	readonly #msByType = new Map<string, number>();

	expectedMs(type: string): number {
		return this.#msByType.get(type) ?? THREAD_WORK_MS;
	}

	/** For so many jobs, among them one of this type, a thread was at work for so long. */
	observe(type: string, jobs: number, workedMs: number): void {
		assert(workedMs >= 0);
		const ms = workedMs / jobs;
		const before = this.#msByType.get(type) ?? ms;
		this.#msByType.set(type, before + (ms - before) * NEWEST);
	}
}
