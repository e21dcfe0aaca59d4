/**
 * Fullness: whether the store takes new tasks, as its answers say. The log says when it
 * takes no more, and when it does again; otherwise only those who submit would learn it.
 */
import { FULL_TOLD_MS } from "../../protocol/limits.ts";
import type { Clock, Log, StoreError } from "../ports.ts";

export interface FullnessParts {
	/** The index of the shard. */
	readonly shard: number;
	readonly clock: Clock;
	readonly log: Log;
}

export class Fullness {
	#isFull = false;
	/** When a task was last refused, on the monotonic clock. */
	#refusedMs = Number.NEGATIVE_INFINITY;
	readonly #parts: FullnessParts;

	constructor(parts: FullnessParts) {
		this.#parts = parts;
	}

	/** Whether the store was full not long ago, with nothing to discard for a task. */
	get refusedLately(): boolean {
		return this.#parts.clock.monoMs() - this.#refusedMs < FULL_TOLD_MS;
	}

	/** The store has taken tasks. */
	taken(): void {
		if (!this.#isFull) return;
		this.#isFull = false;
		const { shard, log } = this.#parts;
		log.info({ shard }, "tasks are accepted again");
	}

	/** The store takes no tasks, and no room can be made. */
	refused({ message: reply }: StoreError): void {
		const { shard, clock, log } = this.#parts;
		this.#refusedMs = clock.monoMs();
		if (this.#isFull) return;
		this.#isFull = true;
		log.error(
			{ shard, reply },
			"no task is accepted, as Redis takes no more; what it has goes on",
		);
	}
}
