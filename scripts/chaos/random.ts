/**
 * Chance from a seed: the same seed draws the same numbers, so a run's faults and its
 * workload can be drawn again. (What the machine does in between cannot: chaos repeats
 * the plan, the simulator repeats the history.)
 *
 * Source: mulberry32, by Tommy Ettinger, in the public domain.
 */
export class SeededRandom {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** A number in [0, 1). */
	unit(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	between(min: number, max: number): number {
		return min + (max - min) * this.unit();
	}

	/** @throws RangeError if there is nothing to pick from */
	pick<T>(from: readonly T[]): T {
		if (from.length === 0) throw new RangeError("nothing to pick from");
		return from[Math.floor(this.unit() * from.length)] as T;
	}
}
