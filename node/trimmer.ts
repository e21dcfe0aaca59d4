/**
 * Trimmer: forgets ended tasks of one shard, past their time or too many.
 *
 * Looks every TRIM_MS, and at once when an end brings the number kept over the
 * limit, so that under load it keeps pace with the nodes that end tasks. And where
 * the store has no memory for new tasks it makes room, since to keep what has ended for
 * all of its time is worth less than to take what is new.
 */
import {
	ENDED_KEPT_MS,
	ENDED_KEPT_MS_MIN,
	STORE_RETRY_MS,
	TRIM_BATCH_MAX,
	TRIM_MS,
} from "../protocol/limits.ts";
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
	#makingRoom: Promise<boolean> | undefined;
	/** Room was looked for in vain, and is not again before this; told of, likewise. */
	#nextRoomMs = Number.NEGATIVE_INFINITY;
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

	/** The store has no room for new tasks. Returns whether ended ones were forgotten for them. */
	makeRoom(): Promise<boolean> {
		this.#makingRoom ??= this.#makeRoom().finally(() => {
			this.#makingRoom = undefined;
		});
		return this.#makingRoom;
	}

	async #trim(): Promise<void> {
		if (this.#trimming) return;
		this.#trimming = true;
		await this.#forget(ENDED_KEPT_MS);
		this.#trimming = false;
	}

	async #makeRoom(): Promise<boolean> {
		const { clock } = this.#parts;
		if (clock.monoMs() < this.#nextRoomMs) return false;
		let keptMs = ENDED_KEPT_MS;
		while (keptMs > ENDED_KEPT_MS_MIN) {
			keptMs = Math.max(keptMs / 2, ENDED_KEPT_MS_MIN);
			const forgotten = await this.#forget(keptMs);
			if (forgotten === undefined) break;
			if (forgotten === 0) continue;
			this.#tellOfRoom(forgotten, keptMs);
			return true;
		}
		this.#nextRoomMs = clock.monoMs() + STORE_RETRY_MS;
		return false;
	}

	/** Not each time: where much ends and little fits it is a steady state. */
	#tellOfRoom(forgotten: number, keptMs: number): void {
		const { shard, clock, log } = this.#parts;
		if (clock.monoMs() < this.#nextTellMs) return;
		this.#nextTellMs = clock.monoMs() + TRIM_MS;
		log.warn(
			{ shard: shard.index, forgotten, keptS: Math.round(keptMs / 1_000) },
			"Redis has no memory for new tasks: ended ones are forgotten before their time, the oldest first; give it more",
		);
	}

	/** How many; undefined where the store did not do it. */
	async #forget(keptMs: number): Promise<number | undefined> {
		const { shard, keptMax, log } = this.#parts;
		let forgotten = 0;
		try {
			while (!this.#stopped) {
				const count = await shard.trim(keptMax, keptMs);
				forgotten += count;
				if (count < TRIM_BATCH_MAX) break;
			}
			return forgotten;
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
