/** What a node makes of announcements that say who is to take how many tasks. */
import { describe, expect, test } from "vitest";
import { RUMOUR_CREDIT_MAX } from "../../protocol/limits.ts";
import { announce, nodeOf } from "./hearer-ground.ts";

describe("an announcement that says who is to take how many", () => {
	const ann = { nodeId: "ann", freeSlots: 8 };
	const bob = { nodeId: "bob", freeSlots: 8 };

	test("a node takes as many as are for it, and no more", async () => {
		const { clock, hearer, waiting, seen } = nodeOf(100, [ann, bob]);
		waiting.set("a|t|", 9);
		const quotas = [
			["self", 3],
			["bob", 3],
		] as const;
		hearer.heard(announce("ann", 1, ["a|t|"], 6, quotas));
		await clock.runFor(1_000);
		expect(seen.ran).toEqual(["a|t|", "a|t|", "a|t|"]);
		expect(seen.promised).toEqual(quotas);
	});

	test("a node that has no room when it hears its quota asks for as many once it has", async () => {
		const node = nodeOf(0, [ann, bob]);
		node.waiting.set("a|t|", 9);
		node.hearer.heard(announce("ann", 1, ["a|t|"], 3, [["self", 3]]));
		await node.clock.runFor(100);
		expect(node.seen.ran).toEqual([]);
		node.seen.free = 100;
		node.claimer.kick();
		await node.clock.runFor(1_000);
		expect(node.seen.ran).toHaveLength(3);
	});

	test.each([
		["leaves them to those, and to who says so", 8, 0],
		["takes in its turn what those have not, if who says so is full", 0, 2],
	])("one that is not named %s", async (_, freeSlots, taken) => {
		const others = [{ ...ann, freeSlots }, bob];
		const { clock, hearer, waiting, seen } = nodeOf(100, others);
		waiting.set("a|t|", 3);
		hearer.heard(announce("ann", 1, ["a|t|"], 2, [["bob", 2]]));
		await clock.runFor(1);
		expect(seen.ran).toEqual([]);
		await clock.runFor(1_000);
		expect(seen.ran).toHaveLength(taken);
	});

	test("a flood of such brings no more questions to the store than a sender has credit for", async () => {
		const { clock, hearer, asked } = nodeOf(100, [ann]);
		for (let i = 0; i < 20_000; i++)
			hearer.heard(announce("ann", i, [`q${i}|t|`], 1, [["self", 4_000]]));
		await clock.runFor(100);
		expect(asked.flat().length).toBeLessThanOrEqual(RUMOUR_CREDIT_MAX + 4);
	});
});

describe("a node that comes last", () => {
	const ann = { nodeId: "ann", freeSlots: 0 };

	test.each([
		["takes only what is too much for the others", 5, 2],
		["leaves to the others what they have room for", 3, 0],
	])("%s", async (_, count, taken) => {
		const { clock, hearer, waiting, seen } = nodeOf(100, [ann], 3);
		waiting.set("a|t|", 9);
		hearer.heard(announce("ann", 1, ["a|t|"], count));
		hearer.heard(announce("ann", 2, ["a|t|"], 3, [["bob", 3]]));
		await clock.runFor(1_000);
		expect(seen.ran).toHaveLength(taken);
		// Those may not take it after all.
		expect(new Set(seen.passed)).toEqual(new Set(["a|t|"]));
	});

	test("looks later at no more than a sender has credit for, which takes nothing from what is left to it by name", async () => {
		const { clock, hearer, waiting, seen } = nodeOf(100, [ann], 3);
		for (let i = 0; i < 2 * RUMOUR_CREDIT_MAX; i++)
			for (const route of [`q${i}|t|`, "busy|t|"])
				hearer.heard(announce("ann", 2 * i, [route], 1));
		const others = seen.passed.filter((route) => route !== "busy|t|");
		expect(others).toHaveLength(RUMOUR_CREDIT_MAX - 1);
		expect(seen.passed.at(-1)).toBe("busy|t|");
		waiting.set("a|t|", 9);
		hearer.heard(announce("ann", 9_999, ["a|t|"], 2, [["self", 2]]));
		await clock.runFor(1_000);
		expect(seen.ran).toHaveLength(2);
	});

	test("takes what is left to it by name", async () => {
		const { clock, hearer, waiting, seen } = nodeOf(100, [ann], 3);
		waiting.set("a|t|", 9);
		hearer.heard(announce("ann", 1, ["a|t|"], 2, [["self", 2]]));
		await clock.runFor(1_000);
		expect(seen.ran).toHaveLength(2);
	});
});
