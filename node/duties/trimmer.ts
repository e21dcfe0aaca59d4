/**
 * Trimmer: forgets ended tasks of one shard, past their time or too many.
 *
 * Looks every TRIM_MS, and at once when an end brings the number kept over the
 * limit, so that under load it keeps pace with the nodes that end tasks. And where
 * the store has no memory for a new task it makes room, a batch at a time, since to keep
 * what has ended for all of its time is worth less than to take what is new.
 */
import {
	ENDED_KEPT_MS,
	ENDED_KEPT_MS_MIN,
	STORE_RETRY_MS,
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

export interface TrimmerParts {
	readonly shard: Pick<Shard, "index" | "tasks">;
	readonly clock: Clock;
	readonly log: Log;
	/** Ended tasks to keep in this shard. */
	readonly keptMax: number;
}

export class Trimmer {
	#timer: Timer | undefined;
	#trimming = false;
	/** Room was looked for in vain, and is not again before this, on the monotonic clock. */
	#nextRoomMs = Number.NEGATIVE_INFINITY;
	/** Not told of each time: where much ends and little fits it is a steady state. */
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

	/** The shard keeps so many ended tasks now. */
	kept(endedKept: number): void {
		// A batch over, so that each call has a batch's worth to do.
		if (endedKept >= this.#parts.keptMax + TRIM_BATCH_MAX) void this.#trim();
	}

	/**
	 * The store has no memory for a new task: forgets a batch of the oldest that have
	 * ended. Returns whether to ask it again: this found some, or another node may have.
	 */
	async makeRoom(): Promise<boolean> {
		const { shard, clock, log } = this.#parts;
		if (this.#stopped || clock.monoMs() < this.#nextRoomMs) return false;
		const forgotten = await this.#forget(ENDED_KEPT_MS_MIN);
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
		this.#trimming = true;
		let forgotten: number | undefined = TRIM_BATCH_MAX;
		while (!this.#stopped && forgotten === TRIM_BATCH_MAX)
			forgotten = await this.#forget(ENDED_KEPT_MS);
		this.#trimming = false;
	}

	/** A batch; returns how many, undefined where the store did not do it. */
	async #forget(keptMs: number): Promise<number | undefined> {
		const { shard, keptMax, log } = this.#parts;
		try {
			return await shard.tasks.trim(keptMax, keptMs);
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
