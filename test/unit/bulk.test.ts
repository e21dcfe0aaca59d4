/** What is done to many tasks at once, on stores in memory. */
import { expect, test } from "vitest";
import { Bulk } from "../../node/answers/bulk.ts";
import { TaskWishes } from "../../node/answers/task-wishes.ts";
import {
	type BulkDone,
	type BulkWish,
	type ListReply,
	type ListRequest,
	type Shard,
	StoreError,
} from "../../node/ports.ts";
import { Reviser } from "../../node/work/reviser.ts";
import { formatSession } from "../../protocol/lease.ts";
import { BULK_BATCH_MAX, BULK_MS_MAX } from "../../protocol/limits.ts";
import { shardOf } from "../../protocol/shard.ts";
import type { TaskState } from "../../protocol/state.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import {
	nodeRecord,
	openSession,
	ROUTE,
	success,
} from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { newTask } from "../new-task.ts";
import { SeededRandom } from "../random.ts";

const WISH: BulkWish = {
	...{ action: "cancel", query: {}, isDry: false, limit: undefined },
	...{ cursor: undefined, reason: "", force: false, spreadMs: 0 },
};
const never = new AbortController().signal;

class Cluster {
	readonly clock = new VirtualClock();
	readonly shards: readonly Shard[];
	readonly nudged: string[] = [];
	readonly report = {
		draining: false,
		record: () => nodeRecord("ann"),
	};
	/** Before each step, and after it. */
	onStep: (request: ListRequest) => void | Promise<void> = () => {};
	afterStep = async (reply: ListReply) => reply;
	readonly #lists: Shard["tasks"]["list"][] = [];

	constructor(shards: number) {
		const nowMs = () => this.clock.wallMs();
		this.shards = createMemoryStore({ shards, nowMs }).shards;
		for (const { tasks } of this.shards) {
			const list = tasks.list.bind(tasks);
			this.#lists.push(list);
			Object.assign(tasks, {
				list: async (request: ListRequest) => {
					await this.onStep(request);
					return await this.afterStep(await list(request));
				},
			});
		}
	}

	async submit(count: number, fields: Partial<NewTask> = {}, name = "t") {
		const tasks = Array.from({ length: count }, (_, i) =>
			newTask(`${name}${i}`, { route: ROUTE, ...fields }),
		);
		for (const [index, { tasks: own }] of this.shards.entries())
			await own.submit(
				tasks.filter(({ id }) => shardOf(id, this.shards.length) === index),
			);
	}

	/** All that waits is claimed, and ends so. */
	async end(state: "SUCCESS" | "FAILURE" | undefined): Promise<void> {
		const error = { code: "failed", message: "no" };
		for (const shard of this.shards) {
			const record = nodeRecord("bob");
			const opened = await openSession(shard, {
				...{ record, ttlMs: 60_000, known: NO_GENERATION },
			});
			const { epoch, generation } = opened;
			const session = formatSession("bob", epoch);
			const request = { session, generation, routes: [ROUTE], limit: 128 };
			for (;;) {
				const reply = await shard.tasks.claim(request);
				const tasks = reply.ok ? reply.tasks : [];
				if (tasks.length === 0) break;
				if (state === undefined) continue;
				await shard.tasks.complete(
					tasks.map((task) =>
						state === "SUCCESS"
							? success(task)
							: { ...success(task), state, end: "failure", error },
					),
				);
			}
		}
	}

	get bulk(): Bulk {
		const { clock, report } = this;
		const engines = this.shards.map((shard) => {
			const hinter = { hint: () => {} };
			const timekeeper = { stored: () => {} };
			return {
				shard,
				reviser: new Reviser({ shard, hinter, timekeeper }),
				looks: { look: () => {} },
			};
		});
		const nudge = (to: string) => this.nudged.push(to);
		const wishes = new TaskWishes({
			...{ nodeId: "ann", engines, report, digester: { nudge } },
			watcher: { endedHere: () => {} },
		});
		const names = { idsOf: () => [] };
		const random = new SeededRandom(1);
		return new Bulk({ clock, random, engines, names, wishes, report });
	}

	/** Lets waiting steps go on. */
	async run(
		wish: Partial<BulkWish>,
		signal = never,
	): Promise<BulkDone | undefined> {
		let isOver = false;
		const over = () => {
			isOver = true;
		};
		const running = this.bulk.run({ ...WISH, ...wish }, signal);
		running.then(over, over);
		await this.clock.runUntil(() => isOver, 2 * BULK_MS_MAX);
		return await running;
	}

	/** Within a step. */
	pass(ms: number): Promise<void> {
		return new Promise((resolve) => {
			this.clock.after(ms, resolve);
		});
	}

	/** Requests, each from the cursor of the one before. */
	async runAll(wish: Partial<BulkWish>): Promise<BulkDone[]> {
		const all: BulkDone[] = [];
		for (let cursor: string | undefined; ; ) {
			const done = await this.run({ ...wish, cursor });
			if (done === undefined) throw new Error("the own cursor was refused");
			all.push(done);
			cursor = done.cursor;
			if (cursor === undefined) return all;
		}
	}

	async count(state: TaskState): Promise<number> {
		return (await this.records()).filter((task) => task.state === state).length;
	}

	async records(): Promise<TaskRecord[]> {
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 10_000 };
		const lists = await Promise.all(
			this.#lists.map(async (list) => (await list(all)).tasks),
		);
		return lists.flat();
	}
}

test.each([1, 4])(
	"in %i shards all tasks that fit and have not ended are cancelled, and no others",
	async (shards) => {
		const cluster = new Cluster(shards);
		await cluster.submit(9, {}, "ended");
		await cluster.end("SUCCESS");
		await cluster.submit(5, {}, "held");
		await cluster.end(undefined);
		await cluster.submit(300);
		await cluster.submit(7, { route: "other|t|" }, "other");
		const query = { queue: "default" };
		const dry = await cluster.run({ query, isDry: true });
		expect(dry).toEqual({ matched: 305, changed: 0, skipped: 0 });
		expect(await cluster.count("CANCELLED")).toBe(0);
		const done = await cluster.run({ query, reason: "why" });
		expect(done).toEqual({ matched: 305, changed: 305, skipped: 0 });
		expect(await cluster.count("CANCELLED")).toBe(300);
		expect(await cluster.count("PENDING")).toBe(7);
		const wished = (await cluster.records()).filter(({ cancel }) => cancel);
		expect(wished.map(({ cancel }) => cancel?.reason)).toEqual(
			Array.from({ length: 305 }, () => "why"),
		);
		expect(new Set(cluster.nudged)).toEqual(new Set(["bob"]));
		expect(await cluster.run({ query, force: true })).toMatchObject({
			...{ matched: 5, changed: 5 },
		});
		expect(await cluster.count("CANCELLED")).toBe(305);
	},
);

test("a limit ends a request, and its cursor goes on until each task was handled once", async () => {
	const cluster = new Cluster(2);
	await cluster.submit(230);
	const all = await cluster.runAll({ limit: 100 });
	const cursors = all.map(({ cursor }) => typeof cursor);
	expect(all.map(({ matched }) => matched)).toEqual([100, 100, 30]);
	expect(cursors).toEqual(["string", "string", "undefined"]);
	expect(await cluster.count("CANCELLED")).toBe(230);
});

test("a task that fails again at once is not retried again by the same requests", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(2 * BULK_BATCH_MAX);
	await cluster.end("FAILURE");
	cluster.onStep = async () => {
		await cluster.pass(1);
		await cluster.end("FAILURE");
	};
	const all = await cluster.runAll({ action: "retry", limit: 50 });
	const changed = all.reduce((sum, done) => sum + done.changed, 0);
	expect(changed).toBe(2 * BULK_BATCH_MAX);
	await cluster.end("FAILURE");
	const rounds = (await cluster.records()).map(({ round }) => round);
	expect(new Set(rounds)).toEqual(new Set([2]));
});

test("retries are scattered over the time that is asked for", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(100);
	await cluster.end("FAILURE");
	const spreadMs = 600_000;
	await cluster.run({ action: "retry", spreadMs });
	const nowMs = cluster.clock.wallMs();
	const records = await cluster.records();
	const dues = records.map(({ dueMs = 0 }) => dueMs - nowMs);
	expect(records.every(({ state }) => state === "SCHEDULED")).toBe(true);
	expect(Math.max(...dues)).toBeLessThan(spreadMs);
	for (const part of [0, 0.25, 0.5, 0.75]) {
		const from = part * spreadMs;
		const within = dues.filter((ms) => ms >= from && ms < from + spreadMs / 4);
		expect(within.length).toBeGreaterThan(10);
	}
});

test("only ended tasks are deleted, and one that has changed meanwhile is skipped", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(20);
	await cluster.end("SUCCESS");
	await cluster.submit(3, {}, "waits");
	// Between finding and deleting somebody else deletes one.
	cluster.afterStep = async (reply) => {
		await cluster.shards[0]?.tasks.remove(["t7"]);
		return reply;
	};
	expect(await cluster.run({ action: "delete" })).toEqual({
		...{ matched: 20, changed: 19, skipped: 1 },
	});
	const left = await cluster.records();
	expect(left.map(({ state }) => state)).toEqual([
		...["PENDING", "PENDING", "PENDING"],
	]);
});

test.each(["time", "signal", "draining", "store"] as const)(
	"a request that ends before all tasks are through leaves a cursor: %s",
	async (what) => {
		const cluster = new Cluster(1);
		await cluster.submit(3 * BULK_BATCH_MAX);
		const over = new AbortController();
		let steps = 0;
		cluster.onStep = async () => {
			if (++steps !== 2) return;
			if (what === "time") await cluster.pass(BULK_MS_MAX);
			if (what === "signal") over.abort();
			if (what === "draining") cluster.report.draining = true;
			if (what === "store") throw new StoreError("unknown", "no answer");
		};
		const first = await cluster.run({}, over.signal);
		const count = what === "store" ? BULK_BATCH_MAX : 2 * BULK_BATCH_MAX;
		expect(first).toMatchObject({ matched: count, changed: count });
		expect(await cluster.count("CANCELLED")).toBe(count);
		cluster.report.draining = false;
		const rest = await cluster.run({ cursor: first?.cursor });
		expect(rest).toEqual({
			...{ matched: 3 * BULK_BATCH_MAX - count, skipped: 0 },
			changed: 3 * BULK_BATCH_MAX - count,
		});
	},
);

test("a request that could do nothing says why, and a cursor of another one is refused", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(3);
	const { cursor } = (await cluster.run({ limit: 1 })) ?? {};
	expect(await cluster.run({ cursor, action: "delete" })).toBeUndefined();
	expect(await cluster.run({ cursor, query: { type: "t" } })).toBeUndefined();
	expect(await cluster.run({ cursor: "1.2" })).toBeUndefined();
	cluster.onStep = () => {
		throw new StoreError("unreachable", "away");
	};
	await expect(cluster.run({ cursor })).rejects.toThrow("away");
});
