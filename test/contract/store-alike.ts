/**
 * Comparisons that a test of the store makes thousands of times. They are made quickly, and
 * only a difference is handed to vitest, which takes many times as long and shows where it is.
 */
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** Like `toEqual`: whatever is strictly equal is also equal by that. */
export function expectAlike(
	actual: unknown,
	expected: unknown,
	said: string,
): void {
	if (!isDeepStrictEqual(actual, expected))
		expect(actual, said).toEqual(expected);
}

/** Collects what does not hold; in the end there has to be nothing. */
export class Flaws {
	readonly #found: string[] = [];

	unless(holds: boolean, what: string): void {
		if (!holds) this.#found.push(what);
	}

	expectNone(said: string): void {
		if (this.#found.length > 0) expect(this.#found, said).toEqual([]);
	}
}
