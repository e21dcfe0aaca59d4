/** What is done to many tasks at once, on stores in memory. */
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { BULK_BATCH_MAX, BULK_MS_MAX } from "../../protocol/limits.ts";

import { Cluster } from "./bulk-cluster.ts";

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
		await cluster.shards[0]?.tasks.remove([{ id: "t7", round: 1 }]);
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

test("a failure that has succeeded in another round meanwhile is not deleted", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(2);
	await cluster.end("FAILURE");
	cluster.afterStep = async (reply) => {
		const again = { id: "t1", round: 1, afterMs: 0, expiresMs: undefined };
		await cluster.shards[0]?.tasks.retry([again]);
		await cluster.end("SUCCESS");
		return reply;
	};
	const query = { state: "FAILURE" as const };
	expect(await cluster.run({ action: "delete", query })).toEqual({
		...{ matched: 2, changed: 1, skipped: 1 },
	});
	expect(await cluster.records()).toMatchObject([{ id: "t1", round: 2 }]);
});

test("a task that has begun since it was found waiting is not cancelled with those that wait", async () => {
	const cluster = new Cluster(1);
	await cluster.submit(2);
	cluster.afterStep = async (reply) => {
		await cluster.end(undefined);
		return reply;
	};
	const query = { state: "PENDING" as const };
	expect(await cluster.run({ action: "cancel", query })).toEqual({
		...{ matched: 2, changed: 0, skipped: 2 },
	});
	const records = await cluster.records();
	expect(records.map(({ cancel }) => cancel)).toEqual([undefined, undefined]);
});

test.each(["time", "signal", "draining", "store", "rights"] as const)(
	"a request that ends before all tasks are through leaves a cursor: %s",
	async (what) => {
		const cluster = new Cluster(1);
		await cluster.submit(3 * BULK_BATCH_MAX);
		const over = new AbortController();
		let [steps, mayGoOn] = [0, true];
		cluster.onStep = async () => {
			if (++steps !== 2) return;
			if (what === "time") await cluster.pass(BULK_MS_MAX);
			if (what === "signal") over.abort();
			if (what === "draining") cluster.report.draining = true;
			if (what === "rights") mayGoOn = false;
			if (what === "store") throw new StoreError("unknown", "no answer");
		};
		const first = await cluster.run({}, over.signal, () => mayGoOn);
		const isUndone = what === "store" || what === "rights";
		const count = isUndone ? BULK_BATCH_MAX : 2 * BULK_BATCH_MAX;
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
