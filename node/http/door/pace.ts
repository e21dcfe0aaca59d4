/**
 * How fast something has been coming or going lately, so that the slowest of many can be
 * found: something that was fast at first and then stands still is slow.
 */
export class Pace {
	readonly #graceMs: number;
	#bytes = 0;
	/** When the pace was taken, and how much there was by then. */
	#markMs: number;
	#markBytes = 0;
	/** The pace in bytes a millisecond; something that has just begun is not slow yet. */
	#pace = Number.POSITIVE_INFINITY;

	constructor(nowMs: number, graceMs: number) {
		this.#markMs = nowMs;
		this.#graceMs = graceMs;
	}

	count(bytes: number): void {
		this.#bytes += bytes;
	}

	/** The pace in bytes a millisecond, taken anew after each period of grace; infinite within the first. */
	at(nowMs: number): number {
		const ms = nowMs - this.#markMs;
		if (ms >= this.#graceMs) {
			this.#pace = (this.#bytes - this.#markBytes) / ms;
			this.#markMs = nowMs;
			this.#markBytes = this.#bytes;
		}
		return this.#pace;
	}
}
