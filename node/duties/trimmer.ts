/**
 * Trimmer: discards ended tasks of one shard that are past their time, too many or too
 * large.
 *
 * Looks every TRIM_MS, and at once when an end brings what is kept over its number or
 * size, so that under load it keeps pace with the nodes that end tasks. If the store has
 * no memory for a new task, the trimmer makes room, a batch at a time: keeping ended
 * tasks for all of their time is worth less than taking new ones.
 */
import {
	END_KINDS,
	type EndKind,
	type Keeps,
	type Kept,
} from "../../protocol/keep.ts";
import {
	ENDED_KEPT_MS_MIN,
	STORE_RETRY_MS,
	TRIM_AGAIN_MS,
	TRIM_BATCH_MAX,
	TRIM_MS,
} from "../../protocol/limits.ts";
import {
	type Clock,
	type Log,
	type Shard,
	StoreError,
	type Timer,
} from "../ports.ts";

/** What is kept of ended tasks if the room is needed: only those that are too young to go. */
const NOTHING: Keeps = {
	successes: { ms: ENDED_KEPT_MS_MIN, number: 0, bytes: 0 },
	failures: { ms: ENDED_KEPT_MS_MIN, number: 0, bytes: 0 },
};

export interface TrimmerParts {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly clock: Clock;
	readonly log: Log;
	/** See retention.ts. */
	readonly retention: {
		/** What this shard keeps; undefined while that is not known, so that nothing is discarded. */
		readonly keeps: Keeps | undefined;
	};
}

export class Trimmer {
	#timer: Timer | undefined;
	#trimming = false;
	/** When room may be looked for again after it was looked for in vain, on the monotonic clock. */
	#nextRoomMs = Number.NEGATIVE_INFINITY;
	/**
	 * When ends may bring a look again, after everything was discarded that may be, and
	 * the rest was too young.
	 */
	#nextLookMs = Number.NEGATIVE_INFINITY;
	/** When it may be logged again: if many tasks end and few fit, this is a steady state. */
	#nextTellMs = Number.NEGATIVE_INFINITY;
	#stopped = false;
	readonly #parts: TrimmerParts;

	constructor(parts: TrimmerParts) {
		this.#parts = parts;
	}

	start(): void {
		this.#timer = this.#parts.clock.after(TRIM_MS, () => {
			void this.#trim();
			this.start();
		});
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
	}

	/** What the shard keeps of ended tasks now. */
	kept(kept: Readonly<Record<EndKind, Kept>>): void {
		const { retention, clock } = this.#parts;
		if (this.#trimming || clock.monoMs() < this.#nextLookMs) return;
		const { keeps } = retention;
		if (keeps === undefined) return;
		// Beyond by a whole batch, so that each call has a batch's worth to do.
		const isBeyond = (kind: EndKind) =>
			kept[kind].number >= keeps[kind].number + TRIM_BATCH_MAX ||
			kept[kind].bytes > keeps[kind].bytes;
		if (END_KINDS.some(isBeyond)) void this.#trim();
	}

	/**
	 * The store has no memory for a new task: discards a batch of the oldest ended tasks.
	 * Returns whether to ask the store again: this found some, or another node may have.
	 */
	async makeRoom(): Promise<boolean> {
		const { shard, clock, log } = this.#parts;
		if (this.#stopped || clock.monoMs() < this.#nextRoomMs) return false;
		const forgotten = await this.#forget(NOTHING);
		if (forgotten === undefined) return false;
		if (forgotten === 0) this.#nextRoomMs = clock.monoMs() + STORE_RETRY_MS;
		else if (clock.monoMs() >= this.#nextTellMs) {
			this.#nextTellMs = clock.monoMs() + TRIM_MS;
			log.warn(
				{ shard: shard.index, forgotten },
				"Redis has no memory for new tasks: ended ones are forgotten before their time, the oldest first; give it more",
			);
		}
		return true;
	}

	async #trim(): Promise<void> {
		if (this.#trimming) return;
		const { retention, clock } = this.#parts;
		this.#trimming = true;
		let forgotten: number | undefined = TRIM_BATCH_MAX;
		while (!this.#stopped && (forgotten ?? 0) >= TRIM_BATCH_MAX)
			forgotten = await this.#forget(retention.keeps);
		this.#nextLookMs = clock.monoMs() + TRIM_AGAIN_MS;
		this.#trimming = false;
	}

	/** Discards a batch. Returns how many; undefined if the store did not do it. */
	async #forget(keeps: Keeps | undefined): Promise<number | undefined> {
		const { shard, log } = this.#parts;
		if (keeps === undefined) return undefined;
		try {
			return await shard.tasks.trim(keeps, ENDED_KEPT_MS_MIN);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			log.debug(
				{ err: error, shard: shard.index },
				"could not trim ended tasks",
			);
			return undefined;
		}
	}
}
