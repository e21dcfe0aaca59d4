/**
 * Jobs that run apart from all others, each in a worker of its own that is ended after
 * it. Only so many run at once; the rest wait, oldest first. While workers cannot be
 * started, all of them wait.
 */
import assert from "node:assert/strict";
import type { Home, Starter } from "./home.ts";
import type { OpenLink } from "./link.ts";
import type { LiveJob } from "./live-job.ts";
import type { Retrier } from "./retrier.ts";
import type { Thread } from "./thread.ts";

export interface ApartParts extends Pick<Home, "open" | "retrier"> {
	readonly workersMax: number;
	readonly starter: Starter;
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

	withdraw(live: LiveJob): void {
		const at = this.#waiting.indexOf(live);
		assert(at >= 0, "a job without a worker waits for one");
		this.#waiting.splice(at, 1);
	}

	isDone(): boolean {
		return true;
	}

	/** The jobs behind this one wait for a worker to end, or for the retrier. */
	next(): void {
		const { workersMax, starter } = this.#parts;
		while (!this.retrier.failing && this.workers.size < workersMax) {
			const [next] = this.#waiting;
			if (next === undefined) return;
			const worker = starter.start(this);
			if (worker === undefined) return;
			this.#waiting.shift();
			worker.run(next);
		}
	}
}
