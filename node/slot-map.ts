/**
 * What is under way, each thing under a number of its own until it is taken out
 * (a slot map). A number tells a place in an array and how often that was used
 * before, so it is never given twice.
 *
 * Not a Map or a Set: of entries that come and go these make a new table every few
 * hundred, and what a former table still holds survives all young collections, as the
 * table itself is old. With them 790 bytes of each no-op task that went through the node
 * did, and waited for a collection of the old space; with slots 120 do.
 */
import assert from "node:assert/strict";

/** Things at once. All who use it have lower limits of their own. */
export const PLACES = 2 ** 16;

/** Where the thing of this number lies, for who keeps a table of his own by the same numbers. */
export function placeOf(number: number): number {
	return number % PLACES;
}

export class SlotMap<T> {
	readonly #things: (T | undefined)[] = [];
	/** Of each place, the number of what lies there, or will. */
	readonly #numbers: number[] = [];
	readonly #free: number[] = [];

	get size(): number {
		return this.#things.length - this.#free.length;
	}

	/** Returns its number. */
	put(thing: T): number {
		const place = this.#free.pop() ?? this.#add();
		this.#things[place] = thing;
		return this.#numbers[place] as number;
	}

	get(number: number): T | undefined {
		const place = placeOf(number);
		return this.#numbers[place] === number ? this.#things[place] : undefined;
	}

	/** Returns what lay there; undefined where it has been taken out before. */
	take(number: number): T | undefined {
		const thing = this.get(number);
		if (thing === undefined) return undefined;
		const place = placeOf(number);
		this.#things[place] = undefined;
		this.#numbers[place] = number + PLACES;
		this.#free.push(place);
		return thing;
	}

	/** The first that fits, in no particular order. */
	find(fits: (thing: T) => boolean): T | undefined {
		return this.#things.find((thing) => thing !== undefined && fits(thing));
	}

	/** In no particular order. What is put or taken out meanwhile may come or not. */
	*[Symbol.iterator](): Generator<T> {
		for (const thing of this.#things) if (thing !== undefined) yield thing;
	}

	#add(): number {
		const place = this.#things.length;
		assert(place < PLACES, "too many things are under way at once");
		this.#things.push(undefined);
		this.#numbers.push(place);
		return place;
	}
}
