import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { Answer } from "../call.ts";
import { Cluster, ClusterNode, until } from "../cluster.ts";
import { type RedisServer, startRedis } from "../redis.ts";

let redis: RedisServer;
let cluster: Cluster;
let resumed = 0;
beforeAll(async () => {
	redis = await startRedis();
	cluster = await Cluster.start({ redis, nodes: [[], [], []] });
});
afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	await redis.stop();
});

function expectRefused({ status, headers }: Answer<unknown>) {
	expect(status).toBe(503);
	expect(headers.get("retry-after")).toMatch(/^\d+$/);
}

/** Starts a task that runs when Redis goes; resolves once it has begun. */
async function run(node: ClusterNode, id: string, durationMs: number) {
	await node.post("/v1/tasks", {
		id,
		type: "process_task",
		payload: { durationMs },
	});
	await until(
		() => node.task(id),
		({ state }) => state !== "PENDING",
	);
}

async function expectOneGoodRun(node: ClusterNode, id: string) {
	const { state, attempts } = await node.whenEnded(id);
	expect([state, ...attempts.map(({ end }) => end)]).toEqual([
		"SUCCESS",
		"success",
	]);
}

/** Resolves once every node refuses tasks, and says that it is not ready. */
async function expectRefusals() {
	const task = { type: "noop" };
	await Promise.all(
		cluster.nodes.map(async (node) => {
			expectRefused(await node.post("/v1/tasks", task));
			expectRefused(await node.post("/v1/tasks", [task]));
			const item = { task_id: 1, task_data: "" };
			expectRefused(await node.post("/add_task", item));
			await until(
				() => node.get("/readyz"),
				({ status }) => status === 503,
			);
			expectRefused(await node.get("/v1/cluster"));
			expect((await node.get("/healthz")).status).toBe(200);
		}),
	);
}

/** Resolves once every node is ready again by itself, and its tasks run. */
async function expectResumed() {
	resumed += 1;
	await Promise.all(cluster.nodes.map((node) => node.ready()));
	for (const [i, node] of cluster.nodes.entries()) {
		const id = `after-${resumed}-${i}`;
		const { status } = await node.post("/v1/tasks", { id, type: "noop" });
		expect(status).toBe(202);
		expect((await node.whenEnded(id)).state).toBe("SUCCESS");
	}
}

test("while Redis is dead, for longer than a lease, submissions are refused; once it is back work goes on", async () => {
	await run(cluster.node(1), "dead-meanwhile", 2_000);
	await run(cluster.node(2), "outlives-death", LEASE_TTL_MS + 3_000);
	process.kill(redis.pid, "SIGKILL");
	const longerThanALease = pause(LEASE_TTL_MS + 500);
	await expectRefusals();
	await longerThanALease;
	await redis.restart();
	await expectResumed();
	for (const node of cluster.nodes)
		await node.says(/the store can be used now/);
	await expectOneGoodRun(cluster.node(3), "dead-meanwhile");
	await expectOneGoodRun(cluster.node(3), "outlives-death");
	const { totals } = await cluster.node(3).cluster();
	expect(totals.stale).toBe(0);
});

test("while Redis is frozen submissions are refused; once it is thawed work goes on", async () => {
	await run(cluster.node(1), "frozen-meanwhile", 1_000);
	await run(cluster.node(2), "outlives-frost", 5_000);
	process.kill(redis.pid, "SIGSTOP");
	try {
		await expectRefusals();
	} finally {
		process.kill(redis.pid, "SIGCONT");
	}
	await expectResumed();
	await expectOneGoodRun(cluster.node(3), "frozen-meanwhile");
	await expectOneGoodRun(cluster.node(3), "outlives-frost");
});

test("a node that does not find Redis says so, keeps trying, and is ready once it is there", async () => {
	const folder = mkdtempSync(join(tmpdir(), "hearsay-alone-"));
	const gone = await startRedis();
	const node = new ClusterNode(folder, [
		...["--redis", gone.url, "--http", "127.0.0.1:0"],
		...["--data", join(folder, "node")],
	]);
	process.kill(gone.pid, "SIGKILL");
	try {
		await node.start();
		await node.says(/the store cannot be used yet/);
		const { status, body } = await node.get("/readyz");
		expect(status).toBe(503);
		expect(body).toMatchObject({
			code: "not_ready",
			reasons: [
				expect.stringMatching(
					/^The store cannot be used: it is not reachable \(.+\)\.$/,
				),
			],
		});
		expectRefused(await node.post("/v1/tasks", { type: "noop" }));
		await gone.restart();
		await node.ready();
		await node.says(/the store can be used now/);
		await node.post("/v1/tasks", { id: "a", type: "noop" });
		expect((await node.whenEnded("a")).state).toBe("SUCCESS");
	} finally {
		await node.kill();
		await gone.stop();
		rmSync(folder, { recursive: true });
	}
});
