/**
 * Things that are under way, each under a number of its own until it is taken out (a slot
 * map). A number gives a place in an array and how often that place was used before, so
 * it is never given twice.
 *
 * Not a Map or a Set: if entries come and go, these make a new table every few hundred,
 * and what a former table still holds survives all young collections, since the table
 * itself is old. With them, 790 bytes of each no-op task that went through the node
 * survived like that, and waited for a collection of the old space; with slots it is 120.
 */
import assert from "node:assert/strict";

/** How many things there may be at once. All who use it have lower limits of their own. */
export const PLACES = 2 ** 16;

/** The place of the thing of this number, for whoever keeps a table by the same numbers. */
export function placeOf(number: number): number {
	return number % PLACES;
}

export class SlotMap<T> {
	readonly #things: (T | undefined)[] = [];
	/** For each place, the number of what lies there, or will. */
	readonly #numbers: number[] = [];
	readonly #free: number[] = [];

	get size(): number {
		return this.#things.length - this.#free.length;
	}

	/** Puts a thing in and returns its number. */
	put(thing: T): number {
		const place = this.#free.pop() ?? this.#add();
		this.#things[place] = thing;
		return this.#numbers[place] as number;
	}

	get(number: number): T | undefined {
		const place = placeOf(number);
		return this.#numbers[place] === number ? this.#things[place] : undefined;
	}

	/** Takes out what lay there and returns it; undefined if it has been taken out before. */
	take(number: number): T | undefined {
		const thing = this.get(number);
		if (thing === undefined) return undefined;
		const place = placeOf(number);
		this.#things[place] = undefined;
		this.#numbers[place] = number + PLACES;
		this.#free.push(place);
		return thing;
	}

	/** The first thing that fits, in no particular order. */
	find(fits: (thing: T) => boolean): T | undefined {
		return this.#things.find((thing) => thing !== undefined && fits(thing));
	}

	/** All things, in no particular order. What is put or taken out meanwhile may come or not. */
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
