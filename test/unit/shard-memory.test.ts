/** What a node remembers of a shard, on a clock turned by hand. */
import { expect, test } from "vitest";
import { ShardMemory } from "../../node/shard-memory.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { KeptInMemory } from "../fakes/generations.ts";

const TOLERANCE_MS = 1_000;
const NOON_MS = 1_800_000_000_000;

function remember(generations: KeptInMemory) {
	return new ShardMemory(new VirtualClock(), TOLERANCE_MS, 0, generations);
}

async function begin() {
	const clock = new VirtualClock();
	const memory = new ShardMemory(clock, TOLERANCE_MS, 0, new KeptInMemory());
	memory.toldClock(NOON_MS);
	await clock.runFor(500);
	return { clock, memory };
}

test("before a shard has said anything, no generation of it is known", () => {
	const memory = remember(new KeptInMemory());
	expect(memory.raised).toEqual(NO_GENERATION);
});

test("the shard's clock goes on by the own one between what the shard tells", async () => {
	const { clock, memory } = await begin();
	expect(memory.nowMs()).toBe(NOON_MS + 500);
	expect(memory.toldClock(NOON_MS + 510)).toBe(false);
	await clock.runFor(100);
	expect(memory.nowMs()).toBe(NOON_MS + 610);
});

test("of one generation on two runs the first is remembered, of two generations the higher", () => {
	const memory = remember(new KeptInMemory());
	memory.toldGeneration({ generation: 7, run: "a" });
	memory.toldGeneration({ generation: 7, run: "b" });
	memory.toldGeneration({ generation: 6, run: "b" });
	expect(memory.raised).toEqual({ generation: 7, run: "a" });
	memory.toldGeneration({ generation: 8, run: "b" });
	expect(memory.raised).toEqual({ generation: 8, run: "b" });
});

test("a node that comes back remembers the generation of its former life", () => {
	const kept = new KeptInMemory();
	remember(kept).toldGeneration({ generation: 7, run: "a" });
	const memory = remember(kept);
	expect(memory.raised).toEqual({ generation: 7, run: "a" });
	memory.toldGeneration({ generation: 7, run: "b" });
	expect(kept.recall(0)).toEqual({ generation: 7, run: "a" });
});
