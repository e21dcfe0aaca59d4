/**
 * How long a thread was at work: not waiting for anything to happen. Time in which it
 * had to wait for a core, or for a call that blocks it, is in there; what its jobs
 * wait for in the world, or for the node to hear of their ends, is not.
 */
import type { Worker } from "node:worker_threads";

export class WorkMeter {
	readonly #worker: Worker;
	#readMs = 0;

	constructor(worker: Worker) {
		this.#worker = worker;
	}

	/** How long since it was asked last, ms. */
	takeMs(): number {
		const { active } = this.#worker.performance.eventLoopUtilization();
		const ms = active - this.#readMs;
		this.#readMs = active;
		return ms;
	}
}
