/**
 * How long a thread is expected to need for a job of each type.
 *
 * A job's own time does not tell: it waits for its neighbours and for the world.
 * What counts is how soon a thread was through with the jobs that it was given
 * together, divided by their number. A type not seen yet is taken for a long one,
 * so that the first of its kind are spread over the threads.
 */
import { THREAD_WORK_MS } from "../../protocol/limits.ts";

/** Weight of the newest measurement in the moving average. */
const NEWEST = 1 / 8;

export class Costs {
	readonly #msByType = new Map<string, number>();

	expectedMs(type: string): number {
		return this.#msByType.get(type) ?? THREAD_WORK_MS;
	}

	/** So many jobs, among them one of this type, were over so long after they were given. */
	observe(type: string, jobs: number, elapsedMs: number): void {
		const ms = elapsedMs / jobs;
		const before = this.#msByType.get(type) ?? ms;
		this.#msByType.set(type, before + (ms - before) * NEWEST);
	}
}
