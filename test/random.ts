/**
 * Chance that can be had again: the same seed gives the same numbers, on every
 * machine. A test that fails prints its seed; the seed repeats the failure.
 *
 * The generator is xoshiro128**, its state filled by splitmix32, so that
 * neighbouring seeds have nothing in common.
 *
 * Source: Blackman, Vigna, "Scrambled linear pseudorandom number generators"
 * (2021), https://prng.di.unimi.it/xoshiro128starstar.c
 */
import type { Random } from "../node/ports.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export class SeededRandom implements Random {
	readonly #state: Uint32Array;

	constructor(seed: number) {
		let word = seed | 0;
		this.#state = Uint32Array.from({ length: 4 }, () => {
			word = (word + 0x9e3779b9) | 0;
			return splitmix32(word);
		});
	}

	unit(): number {
		return this.#next() / 2 ** 32;
	}

	text(chars: number): string {
		let text = "";
		for (let i = 0; i < chars; i++) text += ALPHABET.charAt(this.below(32));
		return text;
	}

	/** A whole number in [0, bound). */
	below(bound: number): number {
		return Math.floor(this.unit() * bound);
	}

	/** True once in `times` times. */
	oneIn(times: number): boolean {
		return this.below(times) === 0;
	}

	/** One of the list, which must not be empty. */
	pick<T>(list: readonly T[]): T {
		if (list.length === 0) throw new RangeError("nothing to pick from");
		return list[this.below(list.length)] as T;
	}

	#next(): number {
		const state = this.#state;
		// One by one: an iterator takes several times as long, and a run draws many thousands.
		const a = state[0] as number;
		const b = state[1] as number;
		const c = state[2] as number;
		const d = state[3] as number;
		const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
		const x = c ^ a;
		const y = d ^ b;
		state[0] = a ^ y;
		state[1] = b ^ x;
		state[2] = x ^ (b << 9);
		state[3] = rotate(y, 11);
		return result;
	}
}

function rotate(word: number, bits: number): number {
	return (word << bits) | (word >>> (32 - bits));
}

function splitmix32(word: number): number {
	let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
	return mixed ^ (mixed >>> 15);
}
