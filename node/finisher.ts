/**
 * Finisher: brings the ends of attempts to one shard, and gives tasks back.
 *
 * What it takes is kept until the store has answered: through an outage, over
 * any number of tries. It may send the same end twice, since the token fences
 * it: the store accepts it once and says so again. A node stops claiming while
 * too much waits here (`congested`), so what is kept is bounded.
 */
import {
	COMPLETE_BATCH_BYTES_MAX,
	COMPLETE_BATCH_MAX,
	ENDS_WAITING_BYTES_MAX,
	ENDS_WAITING_MAX,
	STORE_RETRY_MS,
} from "../protocol/limits.ts";
import type { Route } from "../protocol/route.ts";
import type { TaskEnd } from "../protocol/task.ts";
import {
	type Clock,
	type GiveBack,
	type Log,
	type RoutedCount,
	type Shard,
	StoreError,
	type Timer,
} from "./ports.ts";

export interface FinisherParts {
	readonly shard: Shard;
	readonly clock: Clock;
	readonly log: Log;
	/** These tasks have ended, for good. */
	readonly ended: (ids: readonly string[]) => void;
	/** Ended tasks that the shard keeps now. */
	readonly kept: (endedKept: number) => void;
	/** Tasks wait again: hint at them. */
	readonly putBack: (counts: readonly RoutedCount[]) => void;
}

/** A task given back, and where it waits again. */
export interface Returned extends GiveBack {
	readonly route: Route;
	readonly priority: number;
}

export class Finisher {
	#ends: TaskEnd[] = [];
	#givenBack: Returned[] = [];
	#waitingBytes = 0;
	#sending = false;
	#soon = false;
	#retryTimer: Timer | undefined;
	#stopped = false;
	readonly #parts: FinisherParts;

	constructor(parts: FinisherParts) {
		this.#parts = parts;
	}

	/** Tries no more: what the store has not taken by now is left to the end of the lease. */
	stop(): void {
		this.#stopped = true;
		this.#retryTimer?.cancel();
	}

	get idle(): boolean {
		return (
			!this.#sending && this.#ends.length === 0 && this.#givenBack.length === 0
		);
	}

	get congested(): boolean {
		return (
			this.#ends.length > ENDS_WAITING_MAX ||
			this.#waitingBytes > ENDS_WAITING_BYTES_MAX
		);
	}

	/** Attempts whose end waits here. */
	get waiting(): number {
		return this.#ends.length + this.#givenBack.length;
	}

	holds({
		id,
		token,
	}: {
		readonly id: string;
		readonly token: number;
	}): boolean {
		const same = (other: { readonly id: string; readonly token: number }) =>
			other.id === id && other.token === token;
		return this.#ends.some(same) || this.#givenBack.some(same);
	}

	finish(end: TaskEnd): void {
		this.#ends.push(end);
		this.#waitingBytes += bodyBytes(end);
		this.#flushSoon();
	}

	giveBack(returned: Returned): void {
		this.#givenBack.push(returned);
		this.#flushSoon();
	}

	#flushSoon(): void {
		if (this.#soon || this.#sending) return;
		this.#soon = true;
		this.#parts.clock.soon(() => {
			this.#soon = false;
			void this.#flush();
		});
	}

	async #flush(): Promise<void> {
		const { clock, log, shard } = this.#parts;
		this.#sending = true;
		try {
			// Either may grow while the other is under way.
			while (this.waiting > 0) {
				if (this.#ends.length > 0) await this.#sendEnds();
				else await this.#sendGivenBack();
			}
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			log.debug(
				{ err: error, shard: shard.index },
				"the store did not take the ends of tasks; they are kept",
			);
			if (!this.#stopped)
				this.#retryTimer = clock.after(
					STORE_RETRY_MS,
					() => void this.#flush(),
				);
			return;
		}
		this.#sending = false;
	}

	async #sendEnds(): Promise<void> {
		const { shard, ended, kept, log } = this.#parts;
		const batch = this.#takeBatch();
		const { outcomes, endedKept } = await shard.complete(batch);
		this.#ends = this.#ends.slice(batch.length);
		for (const end of batch) this.#waitingBytes -= bodyBytes(end);
		const accepted = batch.filter((_, i) => outcomes[i] === "accepted");
		if (accepted.length < batch.length) {
			log.warn(
				{ shard: shard.index, refused: batch.length - accepted.length },
				"results refused: their attempts had been taken over",
			);
		}
		ended(accepted.map(({ id }) => id));
		kept(endedKept);
	}

	/** The first ends that fit into one script; they stay until it has answered. */
	#takeBatch(): TaskEnd[] {
		let bytes = 0;
		const batch: TaskEnd[] = [];
		for (const end of this.#ends) {
			bytes += bodyBytes(end);
			if (
				batch.length === COMPLETE_BATCH_MAX ||
				(batch.length > 0 && bytes > COMPLETE_BATCH_BYTES_MAX)
			)
				break;
			batch.push(end);
		}
		return batch;
	}

	async #sendGivenBack(): Promise<void> {
		const { shard, ended, putBack } = this.#parts;
		const batch = this.#givenBack.slice(0, COMPLETE_BATCH_MAX);
		const outcomes = await shard.giveBack(batch);
		this.#givenBack = this.#givenBack.slice(batch.length);
		ended(batch.filter((_, i) => outcomes[i] === "ended").map(({ id }) => id));
		putBack(
			batch
				.filter((_, i) => outcomes[i] === "pending")
				.map(({ route, priority }) => ({
					route,
					count: 1,
					topPriority: priority,
				})),
		);
	}
}

/** Near enough to bound memory by; the store's own limits count exactly. */
function bodyBytes(end: TaskEnd): number {
	return end.state === "SUCCESS"
		? end.result.length
		: end.error.message.length + (end.error.stack?.length ?? 0);
}
