/**
 * How long a thread was at work, rather than waiting for something to happen. A core that
 * it lost in mid-work, or a call that blocks it, counts. What its jobs wait for in the
 * world, and how late the node hears of their ends, does not.
 */
import type { Worker } from "node:worker_threads";

/** What is asked of a worker. */
interface Measured {
	readonly performance: Pick<Worker["performance"], "eventLoopUtilization">;
}

export class WorkMeter {
	readonly #worker: Measured;
	#readMs = 0;

	constructor(worker: Measured) {
		this.#worker = worker;
	}

	/**
	 * How long the thread was at work since the last call, in ms. Undefined if Node.js does
	 * not know: for a worker that is ending it takes all idleness for work, and for one
	 * that has ended it says 0.
	 */
	takeMs(): number | undefined {
		const { idle, active } = this.#worker.performance.eventLoopUtilization();
		if (idle < 0 || active < this.#readMs) return undefined;
		const ms = active - this.#readMs;
		this.#readMs = active;
		return ms;
	}
}
