import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { NodeList } from "../../protocol/schema/nodes.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, until } from "../cluster.ts";
import { startRedis } from "../redis.ts";
import { SteadyLoad } from "./steady-load.ts";

const endsOf = ({ attempts }: TaskAsRead) => attempts.map(({ end }) => end);

/** Each node tells of all while Redis is away, and that it is. */
async function expectNodesKnown(cluster: Cluster): Promise<void> {
	const ids = cluster.nodes.map(({ id }) => id).sort();
	for (const node of cluster.nodes) {
		const { body } = await until(
			() => node.get<NodeList>("/v1/nodes"),
			({ body }) => body.from === "gossip",
		);
		expect(body.nodes.map(({ id }) => id).sort()).toEqual(ids);
		expect(Date.parse(body.asOf ?? "")).toBeLessThanOrEqual(Date.now());
	}
}

test("nothing accepted is lost if a Redis that writes through is killed and started five times under load", async () => {
	const redis = await startRedis({ appendfsync: "always" });
	try {
		await using cluster = await Cluster.start({ redis, nodes: [[], [], []] });
		const { store } = await cluster.node(1).cluster();
		expect(store.durability.fsync).toBe("always");
		const load = new SteadyLoad(cluster, 30);
		for (let times = 0; times < 5; times++) {
			await load.goesOnFor(50);
			process.kill(redis.pid, "SIGKILL");
			if (times === 0) await expectNodesKnown(cluster);
			await redis.restart();
			await load.goesOnFor(10);
		}
		await load.end();
		// Others may reach Redis again, and take all tasks, before this one does.
		await cluster.node(2).ready();
		const tasks = await load.read(cluster.node(2));
		expect(tasks.map(({ id }) => id)).toEqual([...load.accepted]);
		for (const task of tasks) {
			expect([task.id, task.state]).toEqual([task.id, "SUCCESS"]);
			const results = endsOf(task).filter((end) => end === "success");
			expect(results).toEqual(["success"]);
		}
	} finally {
		await redis.stop();
	}
});

describe("while Redis is alive and in trouble", () => {
	let cluster: Cluster;
	let redis: Redis;
	beforeAll(async () => {
		cluster = await Cluster.start({ nodes: [[], []] });
		redis = new Redis(cluster.redis.url);
	});
	afterEach(() =>
		redis.config("SET", "maxmemory", "0", "min-replicas-to-write", "0"),
	);
	afterAll(async () => {
		redis.disconnect();
		await cluster[Symbol.asyncDispose]();
	});

	/** Tasks that all have begun when this resolves. */
	async function run(name: string, durationMs: number): Promise<string[]> {
		const tasks = [0, 1, 2, 3].map((i) => ({
			id: `${name}-${i}`,
			type: "process_task",
			payload: { durationMs },
		}));
		await cluster.node(1).post("/v1/tasks", tasks);
		for (const { id } of tasks) {
			await until(
				() => cluster.node(1).task(id),
				({ state }) => state !== "PENDING",
			);
		}
		return tasks.map(({ id }) => id);
	}

	async function expectOneGoodRun(ids: readonly string[]): Promise<void> {
		for (const id of ids) {
			const task = await cluster.node(2).whenEnded(id);
			expect([id, task.state, ...endsOf(task)]).toEqual([
				id,
				"SUCCESS",
				"success",
			]);
		}
	}

	/** New tasks are accepted by every node, and end. */
	async function expectResumed(name: string): Promise<void> {
		for (const [i, node] of cluster.nodes.entries()) {
			const task = { id: `${name}-after-${i}`, type: "noop" };
			await until(
				() => node.post("/v1/tasks", task),
				({ status }) => status === 202 || status === 200,
			);
			expect((await node.whenEnded(task.id)).state).toBe("SUCCESS");
			await node.ready();
		}
	}

	test("with its memory full it refuses submissions and lets running tasks end; with room again it accepts tasks", async () => {
		const ids = await run("full", 1_000);
		const waiting = Array.from({ length: 40 }, (_, i) => ({
			id: `waits-${i}`,
			type: "process_task",
			payload: { durationMs: 100 },
		}));
		await cluster.node(1).post("/v1/tasks", waiting);
		await redis.config("SET", "maxmemory", "1");
		for (const node of cluster.nodes) {
			const task = { id: "too-much", type: "noop" };
			const { status, headers, body } = await node.post("/v1/tasks", task);
			expect(status).toBe(503);
			expect(body).toMatchObject({ code: "store_full" });
			expect(headers.get("retry-after")).toMatch(/^\d+$/);
			const many = await node.post("/v1/tasks", [task]);
			expect(many.status).toBe(503);
		}
		await expectOneGoodRun(ids);
		await expectOneGoodRun(waiting.map(({ id }) => id));
		expect((await cluster.node(1).get("/v1/tasks/too-much")).status).toBe(404);
		await redis.config("SET", "maxmemory", "0");
		await expectResumed("full");
	});

	test("if writes are refused for longer than a lease, submissions are refused and no running task stops", async () => {
		const ids = [
			...(await run("ends-meanwhile", 1_000)),
			...(await run("outlives-it", LEASE_TTL_MS + 2_000)),
		];
		await redis.config("SET", "min-replicas-to-write", "1");
		await pause(LEASE_TTL_MS + 500);
		for (const node of cluster.nodes) {
			const { status, body } = await node.post("/v1/tasks", { type: "noop" });
			expect(status).toBe(503);
			expect(body).toMatchObject({ code: "store_full" });
			expect((await node.get("/readyz")).status).toBe(503);
		}
		await redis.config("SET", "min-replicas-to-write", "0");
		await expectResumed("unwritable");
		await expectOneGoodRun(ids);
	});

	test("emptying its script cache again and again under load goes unnoticed", async () => {
		const load = new SteadyLoad(cluster, 30);
		for (let times = 0; times < 20; times++) {
			await load.goesOnFor(10);
			await redis.script("FLUSH", "SYNC");
		}
		await load.end();
		expect(load.refused).toBe(0);
		await expectOneGoodRun([...load.accepted]);
		const { totals } = await cluster.node(1).cluster();
		expect(totals.stale).toBe(0);
	});

	test("if all clients are paused for 3 s, submissions are refused and no task moves", async () => {
		const ids = [...(await run("short", 1_000)), ...(await run("long", 5_000))];
		await redis.client("PAUSE", 3_000, "ALL");
		const refusals = await Promise.all(
			cluster.nodes.map((node) => node.post("/v1/tasks", { type: "noop" })),
		);
		for (const { status, headers } of refusals) {
			expect(status).toBe(503);
			expect(headers.get("retry-after")).toMatch(/^\d+$/);
		}
		await redis.ping(); // Answered once the pause is over.
		await expectResumed("pause");
		await expectOneGoodRun(ids);
	});
});
