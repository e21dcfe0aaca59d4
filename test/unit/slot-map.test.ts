/** SlotMap: a thing is found under its number until it is taken out, and never under another's. */
import { expect, test } from "vitest";
import { placeOf, SlotMap } from "../../node/slot-map.ts";
import { SeededRandom } from "../random.ts";

test("a thing that is put in is there until it is taken out, once", () => {
	const slots = new SlotMap<string>();
	const a = slots.put("a");
	const b = slots.put("b");
	expect(slots.size).toBe(2);
	expect(slots.take(a)).toBe("a");
	expect(slots.take(a)).toBeUndefined();
	expect(slots.get(b)).toBe("b");
	expect([...slots]).toEqual(["b"]);
});

test("a place is used again, a number never", () => {
	const slots = new SlotMap<number>();
	const numbers = new Set<number>();
	for (let i = 0; i < 10_000; i++) {
		const number = slots.put(i);
		expect(placeOf(number)).toBe(0);
		numbers.add(number);
		slots.take(number);
	}
	expect(numbers.size).toBe(10_000);
	for (const number of numbers) expect(slots.get(number)).toBeUndefined();
});

test("a slot map holds what a Map of the same numbers holds", () => {
	const random = new SeededRandom(7);
	const slots = new SlotMap<{ n: number }>();
	const twin = new Map<number, { n: number }>();
	for (let n = 0; n < 20_000; n++) {
		if (random.below(2) === 0) {
			const thing = { n };
			const number = slots.put(thing);
			expect(twin.has(number)).toBe(false);
			twin.set(number, thing);
		} else {
			const known = [...twin.keys()];
			const number = known[random.below(known.length)] ?? n;
			expect(slots.take(number)).toBe(twin.get(number));
			twin.delete(number);
		}
		expect(slots.size).toBe(twin.size);
		if (twin.size > 50) {
			for (const number of twin.keys()) slots.take(number);
			twin.clear();
		}
	}
	expect(new Set(slots)).toEqual(new Set(twin.values()));
});

test("taking something out during a walk does not end the walk", () => {
	const slots = new SlotMap<number>();
	const numbers = [0, 1, 2, 3].map((n) => slots.put(n));
	const seen: number[] = [];
	for (const n of slots) {
		seen.push(n);
		slots.take(numbers[n] as number);
	}
	expect(seen).toEqual([0, 1, 2, 3]);
	expect(slots.size).toBe(0);
});
