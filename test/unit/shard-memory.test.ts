/** What a node remembers of a shard, on a clock turned by hand. */
import { expect, test } from "vitest";
import { ShardMemory } from "../../node/lease/shard-memory.ts";
import { formatSession } from "../../protocol/lease.ts";
import { CLOCK_BLUR_MS_MAX, PULSE_MS_MAX } from "../../protocol/limits.ts";
import { formatRoute } from "../../protocol/route.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION, TOKENS_PER_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { KeptInMemory } from "../fakes/generations.ts";
import { createMemoryStore } from "../fakes/store.ts";

const NOON_MS = 1_800_000_000_000;

function remember(generations: KeptInMemory) {
	return new ShardMemory(new VirtualClock(), 0, generations);
}

async function begin() {
	const clock = new VirtualClock();
	const memory = new ShardMemory(clock, 0, new KeptInMemory());
	memory.answered(NOON_MS, clock.monoMs());
	await clock.runFor(500);
	return { clock, memory };
}

test("before a shard has said anything, no generation of it is known", () => {
	const memory = remember(new KeptInMemory());
	expect(memory.raised).toEqual(NO_GENERATION);
});

test("between a shard's answers its clock goes on by the node's own", async () => {
	const { clock, memory } = await begin();
	expect(memory.nowMs()).toBe(NOON_MS + 500);
	memory.answered(NOON_MS + 510, clock.monoMs());
	await clock.runFor(100);
	expect(memory.nowMs()).toBe(NOON_MS + 610);
});

/** Lets the shard be up, and then answer with a clock that is this far off, in an answer that took this long. */
const stepped = async (byMs: number, tookMs: number) => {
	const { clock, memory } = await begin();
	const sentMs = clock.monoMs();
	await clock.runFor(tookMs);
	memory.answered(NOON_MS + clock.monoMs() + byMs, sentMs);
	await clock.runFor(10);
	return memory.upMs;
};

test("a shard whose clock steps does not count as up from before", async () => {
	for (const byMs of [-60_000, -300, 300, 60_000])
		expect(await stepped(byMs, 100)).toBe(10);
});

test("an answer that takes its time is no step, and hides a smaller one", async () => {
	for (const byMs of [0, -100, -600])
		expect(await stepped(byMs, 600)).toBe(1_110);
});

test("a shard that did not answer, or answers after a gap, does not count as up from before", async () => {
	const { clock, memory } = await begin();
	expect(memory.upMs).toBe(500);
	memory.missed();
	expect(memory.upMs).toBeUndefined();
	memory.answered(NOON_MS + clock.monoMs(), clock.monoMs());
	expect(memory.upMs).toBe(0);
	await clock.runFor(2 * PULSE_MS_MAX + 1);
	expect(memory.upMs).toBeUndefined();
	memory.answered(NOON_MS + clock.monoMs(), clock.monoMs());
	expect(memory.upMs).toBe(0);
});

test("the clock of a shard that answers late is not known well", async () => {
	const { clock, memory } = await begin();
	expect(memory.knowsClock).toBe(true);
	const sentMs = clock.monoMs();
	await clock.runFor(CLOCK_BLUR_MS_MAX + 1);
	memory.answered(NOON_MS + clock.monoMs(), sentMs);
	expect(memory.knowsClock).toBe(false);
});

test("the first of two runs with one generation is remembered, and the higher of two generations", () => {
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

test("tokens beyond those of one generation do not come again to the node that had them, if the store lost them and its clock was put back", async () => {
	let nowMs = NOON_MS;
	const store = createMemoryStore({ shards: 1, nowMs: () => nowMs });
	const [shard] = store.shards;
	if (shard === undefined) throw new Error("a store has shards");
	const kept = new KeptInMemory();
	const route = formatRoute({ queue: "default", type: "work", labels: [] });
	let id = 0;
	/** Submits and claims so many tasks; returns their tokens. */
	const give = async (memory: ShardMemory, count: number) => {
		const { raised, known } = memory;
		const record = nodeRecord("ann");
		const opened = await openSession(shard, {
			record,
			ttlMs: 3_600_000,
			known,
		});
		memory.toldGeneration(opened);
		expect(memory.raised.generation).toBeGreaterThanOrEqual(raised.generation);
		const session = formatSession("ann", opened.epoch);
		const { generation } = opened;
		const tokens: number[] = [];
		while (tokens.length < count) {
			const tasks = Array.from({ length: 100 }, () => ({
				...{ id: `t${id++}`, route, priority: 5, options: PLAIN, payload: "1" },
			}));
			await shard.tasks.submit(tasks);
			const claim = { session, generation, routes: [route], limit: 100 };
			const reply = await shard.tasks.claim(claim);
			if (!reply.ok) throw new Error(reply.code);
			for (const { token } of reply.tasks) {
				memory.toldToken(token);
				tokens.push(token);
			}
		}
		memory.keep();
		return tokens;
	};
	await give(remember(kept), 100);
	const image = store.save();
	const forgotten = await give(remember(kept), 2 * TOKENS_PER_GENERATION);
	store.restart(image);
	nowMs -= 3_600_000;
	const [again = 0] = await give(remember(kept), 100);
	expect(again).toBeGreaterThan(Math.max(...forgotten));
});
