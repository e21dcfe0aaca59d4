/**
 * What is said to a worker, in bursts: everything said in one go leaves as one message,
 * since a message costs more than the job in it.
 */
import { type BurstToWorker, pushJob } from "./burst.ts";
import type { Link } from "./link.ts";
import type { JobInThread, ToWorker } from "./messages.ts";

export class Outgoing {
	readonly #link: Pick<Link, "send">;
	#burst: BurstToWorker = [];

	constructor(link: Pick<Link, "send">) {
		this.#link = link;
	}

	say(message: ToWorker): void {
		this.#next().push(message);
	}

	/** Says that a job is to run under this number. */
	sayRun(number: number, job: JobInThread): void {
		pushJob(this.#next(), number, job);
	}

	/** The burst that leaves as soon as everything said now has been said; more may be added to it. */
	#next(): BurstToWorker {
		if (this.#burst.length === 0) {
			queueMicrotask(() => {
				const burst = this.#burst;
				this.#burst = [];
				this.#link.send(burst);
			});
		}
		return this.#burst;
	}
}
