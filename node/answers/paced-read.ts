/**
 * PacedRead: a reading of the whole cluster that is reported again and again, and taken
 * from the store only when somebody asks: at most every METRICS_READ_MS_MIN, and so
 * rarely that reading takes at most one part in METRICS_READ_SHARE of the time (or in the
 * share that its owner sets), however much there is to read. While the store cannot be had,
 * there is nothing to report.
 */
import {
	METRICS_READ_MS_MIN,
	METRICS_READ_SHARE,
} from "../../protocol/limits.ts";
import { type Clock, StoreError } from "../ports.ts";

export type PacedReadClock = Pick<Clock, "monoMs">;

export class PacedRead<Read> {
	#last: Read | undefined;
	#dueMs = Number.NEGATIVE_INFINITY;
	#reading: Promise<void> | undefined;
	readonly #clock: PacedReadClock;
	readonly #read: () => Promise<Read>;

	readonly #leastMs: number;

	readonly #share: number;

	/** `read` may throw StoreError. `leastMs`: the least time between two reads; `share`: they take at most one part in this many of the time. */
	constructor(
		clock: PacedReadClock,
		read: () => Promise<Read>,
		leastMs = METRICS_READ_MS_MIN,
		share = METRICS_READ_SHARE,
	) {
		this.#share = share;
		this.#clock = clock;
		this.#read = read;
		this.#leastMs = leastMs;
	}

	/** What was read last, or is read now; undefined if the store cannot be had. */
	async ask(): Promise<Read | undefined> {
		if (this.#clock.monoMs() >= this.#dueMs)
			this.#reading ??= this.#refresh().finally(() => {
				this.#reading = undefined;
			});
		await this.#reading;
		return this.#last;
	}

	async #refresh(): Promise<void> {
		const beganMs = this.#clock.monoMs();
		try {
			this.#last = await this.#read();
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			this.#last = undefined;
		}
		const tookMs = this.#clock.monoMs() - beganMs;
		const pauseMs = Math.max(this.#leastMs, this.#share * tookMs);
		this.#dueMs = beganMs + pauseMs;
	}
}
