/** Reconciler: what the store lists for a node and what the node runs come to be the same. */
import { describe, expect, test } from "vitest";
import {
	type AttemptName,
	type GiveBack,
	type Log,
	StoreError,
} from "../../node/ports.ts";
import { Reconciler } from "../../node/work/reconciler.ts";
import {
	COMPLETE_BATCH_MAX,
	CONCURRENCY_MAX,
	UNLISTED_BATCH_MAX,
} from "../../protocol/limits.ts";
import { standInShard } from "../stand-ins.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const SESSION = "a:1";
const GENERATION = 7;

/** A reconciler of a node that runs what its test says, beside a store that lists what its test says. */
function reconcilerOf(listed: readonly AttemptName[]) {
	const node = {
		storeUp: true,
		running: [] as AttemptName[],
		/** The store's answer to that. */
		unlisted: (asked: readonly AttemptName[]) => asked.slice(0, 0),
	};
	const intake = {
		...{ expects: false, newestToken: 0 },
		lostAfter: undefined as number | undefined,
	};
	const givenBack: (readonly GiveBack[])[] = [];
	const asked: (readonly AttemptName[])[] = [];
	const letGo: AttemptName[] = [];
	const reconciler = new Reconciler({
		shard: standInShard({
			sessions: {
				running: async () => listed,
				unlisted: async (_, attempts) => {
					if (!node.storeUp) throw new StoreError("unreachable", "it is away");
					asked.push(attempts);
					return node.unlisted(attempts);
				},
			},
			tasks: {
				giveBack: async (tasks) => {
					givenBack.push(tasks);
					return tasks.map(() => "pending");
				},
			},
		}),
		log,
		runner: {
			runningIn: () => node.running.length,
			held: () => node.running,
			goingOn: () => node.running,
			letGo: (_, attempts) => {
				letGo.push(...attempts);
				return attempts.length;
			},
		},
		finisher: { waiting: 0, held: () => [] },
		intake,
		renewer: { hurry() {} },
	});
	const pulse = (counted = 0, generation = GENERATION) =>
		reconciler.pulsed(SESSION, counted, generation);
	/** Gives the node so many more tasks. */
	const deliver = (count: number) => {
		const from = intake.newestToken + 1;
		const tasks = Array.from({ length: count }, (_, i) => {
			return { id: `task-${from + i}`, token: from + i };
		});
		node.running.push(...tasks);
		intake.newestToken += count;
		return tasks;
	};
	return { node, intake, reconciler, pulse, deliver, givenBack, asked, letGo };
}

describe("what the store lists and the node does not run", () => {
	test("more lost tasks than the store takes back at once are given back in parts", async () => {
		const count = COMPLETE_BATCH_MAX + 1;
		const { pulse, givenBack } = reconcilerOf(
			Array.from({ length: count }, (_, i) => ({ id: `${i}`, token: i })),
		);
		await pulse(count);
		await pulse(count);
		expect(givenBack.map(({ length }) => length)).toEqual([
			COMPLETE_BATCH_MAX,
			1,
		]);
	});

	test("a busy node gives back what a lost claim took, and not what is on its way to it", async () => {
		const { intake, pulse, givenBack } = reconcilerOf([
			{ id: "lost", token: 2 },
			{ id: "under way", token: 4 },
		]);
		intake.expects = true;
		intake.newestToken = 1;
		intake.lostAfter = 1;
		await pulse(2);
		expect(givenBack).toEqual([]);
		intake.newestToken = 3;
		await pulse(2);
		await pulse(2);
		expect(givenBack.map((tasks) => tasks.map(({ id }) => id))).toEqual([
			["lost"],
		]);
	});
});

describe("what the node runs and the store does not list", () => {
	test("an idle node asks nothing, nor does one whose tasks are over before the next pulse", async () => {
		const { node, pulse, deliver, asked } = reconcilerOf([]);
		await pulse();
		for (let i = 0; i < 5; i++) {
			deliver(100);
			await pulse();
			node.running.length = 0;
		}
		expect(asked).toEqual([]);
	});

	test("a task that stays is asked about in one call a pulse, from the second on", async () => {
		const { pulse, deliver, asked, node, letGo } = reconcilerOf([]);
		await pulse();
		const tasks = deliver(UNLISTED_BATCH_MAX);
		await pulse();
		expect(asked).toEqual([]);
		await pulse();
		expect(asked).toEqual([tasks]);
		node.unlisted = (asked) => asked.slice(3, 4);
		await pulse();
		expect(asked).toHaveLength(2);
		expect(letGo).toEqual([tasks[3]]);
	});

	test("all that a node can hold is asked about within two pulses, then again and again in two halves, in calls of bounded size", async () => {
		const { pulse, deliver, asked } = reconcilerOf([]);
		await pulse();
		const tasks = deliver(CONCURRENCY_MAX);
		const ids = () => asked.flat().map(({ id }) => id);
		const all = new Set(tasks.map(({ id }) => id));
		await pulse();
		await pulse();
		expect(ids()).toHaveLength(all.size);
		expect(new Set(ids())).toEqual(all);
		for (let round = 2; round < 5; round++) {
			await pulse();
			await pulse();
			expect(ids()).toHaveLength(round * all.size);
			expect(new Set(ids().slice(-all.size))).toEqual(all);
		}
		for (const { length } of asked)
			expect(length).toBeLessThanOrEqual(UNLISTED_BATCH_MAX);
	});

	test("all of it is asked about at once when the store's generation has changed, until the store has answered", async () => {
		const { node, pulse, deliver, asked } = reconcilerOf([]);
		await pulse();
		const tasks = deliver(2 * UNLISTED_BATCH_MAX);
		node.storeUp = false;
		await pulse(0, GENERATION + 1);
		node.storeUp = true;
		await pulse(0, GENERATION + 1);
		expect(asked.flat()).toEqual(tasks);
		await pulse(0, GENERATION + 1);
		expect(asked.flat().length).toBeLessThan(2 * tasks.length);
	});

	test("all of it is asked about at once when the store can be reached again", async () => {
		const { reconciler, pulse, deliver, asked } = reconcilerOf([]);
		await pulse();
		const tasks = deliver(UNLISTED_BATCH_MAX + 1);
		await reconciler.storeIsBack(SESSION);
		expect(asked.flat()).toEqual(tasks);
	});
});
