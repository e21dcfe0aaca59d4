/**
 * Jobs that run apart from all others, each in a worker of its own that is ended after it.
 * So many run at once; more wait, oldest first, as do all while workers cannot be started.
 */
import assert from "node:assert/strict";
import type { OpenLink } from "./link.ts";
import type { LiveJob } from "./live-job.ts";
import type { Retrier } from "./retrier.ts";
import type { Thread } from "./thread.ts";

/** Workers of one kind, which come and go by the pool's hand. */
export interface Home {
	readonly workers: Set<Thread>;
	readonly open: OpenLink;
	readonly retrier: Retrier;
}

export interface ApartParts extends Omit<Home, "workers"> {
	readonly workersMax: number;
	/** Undefined if none can be had, which the retrier has been told. */
	readonly start: (home: Home) => Thread | undefined;
}

export class Apart implements Home {
	readonly workers = new Set<Thread>();
	readonly open: OpenLink;
	readonly retrier: Retrier;
	readonly #parts: ApartParts;
	readonly #waiting: LiveJob[] = [];

	constructor(parts: ApartParts) {
		this.open = parts.open;
		this.retrier = parts.retrier;
		this.#parts = parts;
	}

	place(live: LiveJob): void {
		this.#waiting.push(live);
		this.next();
	}

	/** Takes back a job that waits. */
	withdraw(live: LiveJob): void {
		const at = this.#waiting.indexOf(live);
		assert(at >= 0, "a job without a worker waits for one");
		this.#waiting.splice(at, 1);
	}

	/** Whoever waits after this waits for a worker to end, or for the retrier. */
	next(): void {
		const { workersMax, start } = this.#parts;
		while (!this.retrier.failing && this.workers.size < workersMax) {
			const [next] = this.#waiting;
			if (next === undefined) return;
			const worker = start(this);
			if (worker === undefined) return;
			this.#waiting.shift();
			worker.run(next);
		}
	}
}
