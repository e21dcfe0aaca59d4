/**
 * What is said to a worker, in bursts: what is said in one go goes out as one message, since
 * a message costs more than the job in it.
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

	/** A job to run under this number. */
	sayRun(number: number, job: JobInThread): void {
		pushJob(this.#next(), number, job);
	}

	/** What goes out as soon as all has been said that is said now, to be added to. */
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
