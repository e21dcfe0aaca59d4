/**
 * Trimmer: forgets ended tasks of one shard, past their time or too many.
 *
 * Looks every TRIM_MS, and at once when an end brings the number kept over the
 * limit, so that under load it keeps pace with the nodes that end tasks.
 */
import { TRIM_BATCH_MAX, TRIM_MS } from "../protocol/limits.ts";
import {
	type Clock,
	type Log,
	type Shard,
	StoreError,
	type Timer,
} from "./ports.ts";

export interface TrimmerParts {
	readonly shard: Shard;
	readonly clock: Clock;
	readonly log: Log;
	/** Ended tasks to keep in this shard. */
	readonly keptMax: number;
}

export class Trimmer {
	#timer: Timer | undefined;
	#trimming = false;
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

	async #trim(): Promise<void> {
		const { shard, keptMax, log } = this.#parts;
		if (this.#trimming) return;
		this.#trimming = true;
		try {
			while (!this.#stopped && (await shard.trim(keptMax)) === TRIM_BATCH_MAX);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			log.debug(
				{ err: error, shard: shard.index },
				"could not trim ended tasks",
			);
		} finally {
			this.#trimming = false;
		}
	}
}
