/** Seeded chance repeats itself, and is fair enough to test with. */
import { expect, it } from "vitest";
import { SeededRandom } from "../random.ts";

const drawn = (seed: number, count: number) => {
	const random = new SeededRandom(seed);
	return Array.from({ length: count }, () => random.unit());
};

it("the same seed gives the same numbers, another seed gives others", () => {
	expect(drawn(7, 100)).toEqual(drawn(7, 100));
	const neighbours = new Set([...drawn(7, 100), ...drawn(8, 100)]);
	expect(neighbours.size).toBe(200);
});

it("every seed starts a sequence, zero too", () => {
	for (const seed of [0, -1, 2 ** 31, 2 ** 32]) {
		expect(new Set(drawn(seed, 100)).size).toBe(100);
	}
});

it("numbers spread evenly over the unit", () => {
	const buckets = Array.from({ length: 10 }, () => 0);
	for (const unit of drawn(1, 10_000)) {
		const bucket = Math.floor(unit * 10);
		buckets[bucket] = (buckets[bucket] ?? 0) + 1;
	}
	for (const count of buckets) {
		expect(count).toBeGreaterThan(850);
		expect(count).toBeLessThan(1_150);
	}
});

it("texts have their length and the alphabet of ids", () => {
	const text = new SeededRandom(1).text(2_000);
	expect(text).toMatch(/^[0-9abcdefghjkmnpqrstvwxyz]{2000}$/);
	expect(new Set(text).size).toBe(32);
});

it("there is nothing to pick from an empty list", () => {
	expect(() => new SeededRandom(1).pick([])).toThrow(RangeError);
});
