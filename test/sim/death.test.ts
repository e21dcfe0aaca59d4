/**
 * A node dies in a whole cluster in which others have room: all that it ran begins
 * elsewhere at once, and none of it is left to the dead.
 */
import { expect, test } from "vitest";
import { BACK_UP_MS } from "../../protocol/limits.ts";
import { beginCluster } from "./bench.ts";

const NODES = 4;
const SLOTS = 16;
const SETTLED_MS = 3_000;
const TASKS = 6 * NODES;
const SEEDS = [1, 2, 3, 4, 5, 6];
const PLANS = SEEDS.flatMap((seed) =>
	[1, 4].map((shards) => [seed, shards] as const),
);

/** How long one way to a slow store takes. */
const STORE_MS = 40;

test.each(SEEDS)(
	"seed %i: however slow the store, most of what a dead node ran begins as it is put back, and the rest as soon as others can be notified",
	async (seed) => {
		const plan = { nodes: NODES, concurrency: SLOTS, storeMs: STORE_MS };
		const bench = beginCluster(seed, plan);
		await bench.runFor(SETTLED_MS);
		const ids = Array.from({ length: TASKS }, (_, i) => `task-${i}`);
		bench.submitAll(bench.node(0), ids, { durationMs: 10_000 });
		await bench.runFor(SETTLED_MS);
		const victim = bench.node(seed % NODES);
		const cutShort = bench.running(victim);
		expect(cutShort.length).toBeGreaterThan(NODES);
		const waiting = () =>
			cutShort.filter((id) => bench.startsOf(id).length === 1);
		victim.kill();
		await bench.runFor(3 * STORE_MS);
		expect(waiting().length).toBeLessThan(cutShort.length / 3);
		await bench.runFor(2 * STORE_MS);
		expect(waiting()).toEqual([]);
		// Nobody has taken more than its share.
		const left = Array.from({ length: NODES - 1 }, (_, i) => bench.node(i));
		const counts = left.map((node) => bench.running(node).length);
		expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
	},
);

test.each(PLANS)(
	"seed %i, %i shards: what a dead node ran begins before anybody would take what others have left",
	async (seed, shards) => {
		const plan = { nodes: NODES, shards, concurrency: SLOTS };
		const bench = beginCluster(seed, plan);
		await bench.runFor(SETTLED_MS);
		const ids = Array.from({ length: TASKS }, (_, i) => `task-${i}`);
		bench.submitAll(bench.node(0), ids, { durationMs: 10_000 });
		await bench.runFor(SETTLED_MS);
		const victim = bench.node(seed % NODES);
		const cutShort = bench.running(victim);
		expect(cutShort).not.toHaveLength(0);
		victim.kill();
		await bench.runFor(BACK_UP_MS);
		for (const id of cutShort) {
			const [, again] = bench.startsOf(id);
			expect(again, `${id}, within ${BACK_UP_MS} ms`).toBeDefined();
		}
	},
);
