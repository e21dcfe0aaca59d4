/**
 * How long a thread is at work for a job of each type.
 *
 * Neither a job's own time tells this, nor how soon the node hears of its end. Both are
 * full of waiting: for the world, for neighbours, for the thread to get a core at all,
 * and for the node to hear; another thread would wait for all that, too. What counts is
 * how long the thread was at work (see `work-meter.ts`) for what it got done, divided by
 * the number of jobs. A type not seen yet is taken for a long one, so that its first jobs
 * are spread over the threads.
 */
import assert from "node:assert/strict";
import { THREAD_WORK_MS } from "../../protocol/limits.ts";

/** The weight of the newest measurement in the moving average. */
const NEWEST = 1 / 8;

export class Costs {
	readonly #msByType = new Map<string, number>();

	expectedMs(type: string): number {
		return this.#msByType.get(type) ?? THREAD_WORK_MS;
	}

	/** Records that a thread was at work for so long on so many jobs, one of them of this type. */
	observe(type: string, jobs: number, workedMs: number): void {
		assert(workedMs >= 0);
		const ms = workedMs / jobs;
		const before = this.#msByType.get(type) ?? ms;
		this.#msByType.set(type, before + (ms - before) * NEWEST);
	}
}
