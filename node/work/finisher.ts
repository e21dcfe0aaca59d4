/**
 * Finisher: brings the ends of attempts to one shard, and gives tasks back.
 *
 * It keeps every end until the store has answered: through an outage, over any number of
 * tries. It may send the same end twice, since the token fences it: the store accepts the
 * end once, and says so again. While a batch is under way, another follows only if enough
 * ends wait to fill it, so that batches grow with the load. The node's slots and a number of
 * bytes bound what is kept (`runner.ts`).
 */
import type { EndKind, Kept } from "../../protocol/keep.ts";
import {
	COMPLETE_BATCH_BYTES_MAX,
	COMPLETE_BATCH_MAX,
	COMPLETE_BATCHES_MAX,
	ENDS_WAITING_BYTES_MAX,
	STORE_RETRY_MS,
} from "../../protocol/limits.ts";
import type { TaskEnd } from "../../protocol/task.ts";
import { errorChars } from "../../protocol/task-error.ts";
import type { Moments } from "../../protocol/task-times.ts";
import {
	type Clock,
	type Log,
	type RoutedCount,
	type Shard,
	StoreError,
	type Timer,
} from "../ports.ts";
import type { Returned } from "./task-exit.ts";

export interface FinisherParts {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly clock: Clock;
	readonly log: Log;
	/** How many tasks are claimed at once at most: as many ends make a full batch. */
	readonly share: number;
	/** Answers those who wait for tasks to end: see end-watcher.ts. */
	readonly watcher: {
		/** These tasks have ended for good, or their ends are on their way to the store. */
		endedHere(ids: readonly string[]): void;
	};
	/** Discards ended tasks: see trimmer.ts. */
	readonly trimmer: {
		/** What the shard keeps of ended tasks now. */
		kept(kept: Readonly<Record<EndKind, Kept>>): void;
	};
	/** See hinter.ts. */
	readonly hinter: {
		/** Tasks wait again. */
		hint(counts: readonly RoutedCount[]): void;
	};
	/** See timekeeper.ts. */
	readonly timekeeper: {
		/** A task of the shard has these times. */
		stored(moments: Moments): void;
	};
	/** See turns.ts. */
	readonly turns: {
		/** Ends are on their way to the store: their tasks' slots are free. */
		slotsFreed(): void;
	};
}

interface Attempt {
	readonly id: string;
	readonly token: number;
}

export class Finisher {
	/** Ends that the store refused: the attempts were no longer this node's. */
	stale = 0;
	#ends: TaskEnd[] = [];
	/** The bytes of the ends that are not on their way. */
	#unsentBytes = 0;
	#givenBack: Returned[] = [];
	/** Batches that the store has not answered yet. */
	#underWay: (readonly Attempt[])[] = [];
	#soon = false;
	/** Whether the newest batch was of tasks given back. */
	#gaveBack = false;
	/** The timer that runs while the store is given time after it did not answer. */
	#retry: Timer | undefined;
	#stopped = false;
	readonly #batchMax: number;
	readonly #parts: FinisherParts;

	constructor(parts: FinisherParts) {
		this.#parts = parts;
		this.#batchMax = Math.min(COMPLETE_BATCH_MAX, parts.share);
	}

	/** Stops trying: the end of the lease takes care of what the store has not taken by now. */
	stop(): void {
		this.#stopped = true;
		this.#retry?.cancel();
	}

	get idle(): boolean {
		return this.waiting === 0;
	}

	/** The number of attempts whose end is not on its way to the store. */
	get unsent(): number {
		return this.#ends.length + this.#givenBack.length;
	}

	/** Whether the ends that are not on their way take more memory than they may. */
	get clogged(): boolean {
		return this.#unsentBytes > ENDS_WAITING_BYTES_MAX;
	}

	/** The number of attempts whose end the store has not taken yet. */
	get waiting(): number {
		let waiting = this.unsent;
		for (const batch of this.#underWay) waiting += batch.length;
		return waiting;
	}

	/** The attempts whose end the store has not taken yet, one by one. */
	held(): Attempt[] {
		return [...this.#ends, ...this.#givenBack, ...this.#underWay.flat()];
	}

	finish(end: TaskEnd): void {
		this.#ends.push(end);
		this.#unsentBytes += bodyBytes(end);
		this.#flushSoon();
	}

	giveBack(returned: Returned): void {
		this.#givenBack.push(returned);
		this.#flushSoon();
	}

	#flushSoon(): void {
		if (this.#soon) return;
		this.#soon = true;
		this.#parts.clock.soon(() => {
			this.#soon = false;
			this.#flush();
		});
	}

	#flush(): void {
		if (this.#retry !== undefined || this.#stopped) return;
		if (this.unsent === 0 || !this.#mayFollow()) return;
		// In turn, if both wait: neither keeps the other here, whatever becomes of it.
		const [ends, givenBack] = [this.#ends.length, this.#givenBack.length];
		this.#gaveBack = ends > 0 && givenBack > 0 ? !this.#gaveBack : ends === 0;
		if (this.#gaveBack) {
			const tasks = this.#givenBack.splice(0, this.#batchMax);
			void this.#send(tasks, this.#return(tasks), () => {
				this.#givenBack = [...tasks, ...this.#givenBack];
			});
		} else {
			const ends = this.#takeEnds();
			void this.#send(ends, this.#complete(ends), () => {
				this.#ends = [...ends, ...this.#ends];
				for (const end of ends) this.#unsentBytes += bodyBytes(end);
			});
		}
		// Not in this turn: calls that leave in one piece are answered in one piece.
		this.#flushSoon();
	}

	/** Whether a batch may leave now: behind others, only a full one. */
	#mayFollow(): boolean {
		const { length } = this.#underWay;
		if (length === 0) return true;
		const waiting = Math.max(this.#ends.length, this.#givenBack.length);
		return waiting >= this.#batchMax && length < COMPLETE_BATCHES_MAX;
	}

	/** Sees a batch through. What the store does not take is kept. */
	async #send(
		batch: readonly Attempt[],
		answer: Promise<void>,
		keep: () => void,
	): Promise<void> {
		const { clock, log, shard, turns } = this.#parts;
		this.#underWay.push(batch);
		turns.slotsFreed();
		try {
			await answer;
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			log.debug(
				{ err: error, shard: shard.index },
				"the store did not take the ends of tasks; they are kept",
			);
			keep();
			this.#retry ??= clock.after(STORE_RETRY_MS, () => {
				this.#retry = undefined;
				this.#flush();
			});
		} finally {
			this.#underWay = this.#underWay.filter((each) => each !== batch);
		}
		this.#flush();
	}

	/** Takes the first ends that fit into one script. */
	#takeEnds(): TaskEnd[] {
		let bytes = 0;
		let taken = 0;
		for (const end of this.#ends) {
			bytes += bodyBytes(end);
			if (taken > 0 && bytes > COMPLETE_BATCH_BYTES_MAX) break;
			taken += 1;
			if (taken === this.#batchMax) break;
		}
		const ends = this.#ends.splice(0, taken);
		for (const end of ends) this.#unsentBytes -= bodyBytes(end);
		return ends;
	}

	async #complete(batch: readonly TaskEnd[]): Promise<void> {
		const { shard, watcher, trimmer, log } = this.#parts;
		const ids = batch.map(({ id }) => id);
		const answer = shard.tasks.complete(batch);
		// Whoever waits for one of these need not wait for the store's answer. Whoever comes
		// to wait meanwhile may have looked just before the end was there.
		watcher.endedHere(ids);
		const { outcomes, kept } = await answer;
		watcher.endedHere(ids);
		const refused = outcomes.filter((outcome) => outcome !== "accepted").length;
		this.stale += refused;
		if (refused > 0) {
			log.warn(
				{ shard: shard.index, refused },
				"results refused: their attempts had been taken over",
			);
		}
		trimmer.kept(kept);
	}

	async #return(batch: readonly Returned[]): Promise<void> {
		const { shard, watcher, hinter, timekeeper } = this.#parts;
		const outcomes = await shard.tasks.giveBack(batch);
		this.stale += outcomes.filter((each) => each === "stale_token").length;
		watcher.endedHere(
			batch.filter((_, i) => outcomes[i] === "ended").map(({ id }) => id),
		);
		for (const outcome of outcomes)
			if (typeof outcome === "object")
				timekeeper.stored({ dueMs: outcome.dueMs, expiresMs: undefined });
		hinter.hint(
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

/**
 * The size of an end, near enough to bound a script by; the store's own limits count
 * exactly.
 */
function bodyBytes(end: TaskEnd): number {
	return end.state === "SUCCESS" ? end.result.length : errorChars(end.error);
}
