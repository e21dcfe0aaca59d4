/**
 * A node whose machine may soon be taken away, in a whole cluster: it is the last to get new
 * work, even of what is submitted through it, and all others see that it is at risk.
 */
import { expect, test } from "vitest";
import { AT_RISK_MS } from "../../protocol/limits.ts";
import { SeededRandom } from "../random.ts";
import { type BenchPlan, beginCluster } from "./bench.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const NODES = 3;
/** The slots of each node of the bench. */
const SLOTS = 2;
const SETTLED_MS = 3_000;
/** The tasks of a stream for which others have room. */
const STREAM = 150;

/** Begins a settled cluster in which the node that takes submissions is at risk. */
async function begin(seed: number, plan: Partial<BenchPlan> = {}) {
	const bench = beginCluster(seed, { nodes: NODES, ...plan });
	await bench.runFor(SETTLED_MS);
	const atRisk = bench.node(0);
	atRisk.markAtRisk();
	await bench.runFor(SETTLED_MS);
	return { bench, atRisk };
}

test.each(SEEDS)(
	"seed %i: all see that it is at risk, and it runs nothing for which others have room",
	async (seed) => {
		const { bench, atRisk } = await begin(seed);
		for (let i = 0; i < NODES; i++) {
			const asked = bench.node(i).api.cluster.nodes();
			await bench.runFor(100);
			const { nodes } = await asked;
			const seen = nodes.map(({ record, state }) => [record.nodeId, state]);
			expect(seen).toContainEqual([atRisk.nodeId, "at-risk"]);
			expect(seen.filter(([, state]) => state === "up")).toHaveLength(
				NODES - 1,
			);
		}
		const ids = Array.from({ length: 30 }, (_, i) => `task-${i}`);
		const ran: (string | undefined)[] = [];
		for (const [i, id] of ids.entries()) {
			// Some take no time; such tasks usually stay where they came.
			bench.submit(id, { durationMs: i % 2 === 0 ? 300 : 1 });
			const { attempts } = await bench.untilEnded(id, 5_000);
			ran.push(attempts[0]?.nodeId);
		}
		// If it were not at risk, all of them would run there: they came to it, one at a time.
		expect(ran).not.toContain(atRisk.nodeId);
	},
);

test.each(SEEDS)(
	"seed %i: it takes no new task while it looks for what others have left",
	async (seed) => {
		const plan = { concurrency: 8, shards: 1 + (seed % 2) };
		const { bench, atRisk } = await begin(seed, plan);
		const random = new SeededRandom(seed);
		const ids = Array.from({ length: STREAM }, (_, i) => `task-${i}`);
		for (const id of ids) {
			const through = bench.node(random.below(NODES));
			bench.submitAll(through, [id], { durationMs: random.below(60) });
			await bench.runFor(random.below(20));
		}
		for (const id of ids) {
			const { attempts } = await bench.untilEnded(id, 5_000);
			expect(attempts[0]?.nodeId).not.toBe(atRisk.nodeId);
		}
	},
);

test.each(SEEDS)(
	"seed %i: it runs what others have no room for",
	async (seed) => {
		const { bench, atRisk } = await begin(seed);
		const ids = Array.from({ length: NODES * SLOTS }, (_, i) => `task-${i}`);
		for (const id of ids) bench.submit(id, { durationMs: 5_000 });
		const ran: (string | undefined)[] = [];
		for (const id of ids) {
			const { attempts } = await bench.untilEnded(id, 10_000);
			ran.push(attempts[0]?.nodeId);
		}
		expect(ran.filter((nodeId) => nodeId === atRisk.nodeId)).toHaveLength(
			SLOTS,
		);
	},
);

test.each(SEEDS)(
	"seed %i: it takes tasks of a type that is full elsewhere a moment later, as long as there are any",
	async (seed) => {
		const plan = { nodes: 2, concurrency: 8, shards: 1 + (seed % 2) };
		const { bench } = await begin(seed, { ...plan, caps: [8, 1] });
		bench.submitAll(bench.node(1), ["long"], { durationMs: 60_000 });
		await bench.runFor(SETTLED_MS);
		const ids = Array.from({ length: 80 }, (_, i) => `task-${i}`);
		const beganMs = bench.clock.monoMs();
		const through = bench.node(seed % 2);
		bench.submitAll(through, ids, { durationMs: 50 });
		for (const id of ids) await bench.untilEnded(id, 20_000);
		const tookMs = bench.clock.monoMs() - beganMs;
		// That is ten rounds of its eight slots.
		expect(tookMs).toBeLessThan(AT_RISK_MS + 10 * (50 + 50));
	},
);

test.each(SEEDS)(
	"seed %i: tasks that come one by one, of a type that is full elsewhere, wait only a moment each",
	async (seed) => {
		const plan = { nodes: 2, concurrency: 8, shards: 1 + (seed % 2) };
		const { bench } = await begin(seed, { ...plan, caps: [8, 1] });
		bench.submitAll(bench.node(1), ["long"], { durationMs: 60_000 });
		await bench.runFor(SETTLED_MS);
		const random = new SeededRandom(seed);
		for (let i = 0; i < 20; i += 1) {
			const beganMs = bench.clock.monoMs();
			bench.submitAll(bench.node(random.below(2)), [`t${i}`], {
				durationMs: 5,
			});
			await bench.untilEnded(`t${i}`, 5_000);
			const tookMs = bench.clock.monoMs() - beganMs;
			expect(tookMs).toBeLessThan(2 * AT_RISK_MS);
			await bench.runFor(random.below(40));
		}
	},
);
