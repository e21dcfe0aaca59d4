import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { Answer } from "../call.ts";
import { Cluster, ClusterNode, until } from "../cluster.ts";
import { type RedisServer, startRedis } from "../redis.ts";

const REFUSAL_MS_MAX = 1_000;
const RESUME_MS_MAX = 5_000;

let redis: RedisServer;
beforeEach(async () => {
	redis = await startRedis();
});
afterEach(() => redis.stop());

function expectRefusedSoon({ status, headers, tookMs }: Answer<unknown>) {
	expect(status).toBe(503);
	expect(headers.get("retry-after")).toMatch(/^\d+$/);
	expect(tookMs).toBeLessThan(REFUSAL_MS_MAX);
}

/** A task that runs when Redis goes; resolves when it does. */
async function run(node: ClusterNode, id: string, durationMs: number) {
	await node.post("/v1/tasks", {
		id,
		type: "process_task",
		payload: { durationMs },
	});
	await until(
		() => node.task(id),
		({ state }) => state === "STARTED",
	);
}

async function expectOneGoodRun(node: ClusterNode, id: string) {
	const { state, attempts } = await node.whenEnded(id);
	expect([state, ...attempts.map(({ end }) => end)]).toEqual([
		"SUCCESS",
		"success",
	]);
}

/** Every node refuses in time, and says that it is not ready. */
async function expectRefusals(cluster: Cluster) {
	const task = { type: "noop" };
	for (const node of cluster.nodes) {
		expectRefusedSoon(await node.post("/v1/tasks", task));
		expectRefusedSoon(await node.post("/v1/tasks", [task]));
		const item = { task_id: 1, task_data: "" };
		expectRefusedSoon(await node.post("/add_task", item));
		await until(
			() => node.get("/readyz"),
			({ status }) => status === 503,
		);
		expectRefusedSoon(await node.get("/v1/cluster"));
		expect((await node.get("/healthz")).status).toBe(200);
	}
}

/** Every node is ready again by itself, and its tasks run. */
async function expectResumed(cluster: Cluster) {
	const backMs = performance.now();
	await Promise.all(cluster.nodes.map((node) => node.ready()));
	for (const [i, node] of cluster.nodes.entries()) {
		const id = `after-${i}`;
		const { status } = await node.post("/v1/tasks", { id, type: "noop" });
		expect(status).toBe(202);
		expect((await node.whenEnded(id)).state).toBe("SUCCESS");
	}
	expect(performance.now() - backMs).toBeLessThan(RESUME_MS_MAX);
}

test("while Redis is dead, for longer than a lease, submissions are refused; back again, work goes on", async () => {
	await using cluster = await Cluster.start({ redis, nodes: [[], [], []] });
	await run(cluster.node(1), "ends-meanwhile", 2_000);
	await run(cluster.node(2), "outlives-it", LEASE_TTL_MS + 3_000);
	process.kill(redis.pid, "SIGKILL");
	const longerThanALease = pause(LEASE_TTL_MS + 500);
	await expectRefusals(cluster);
	await longerThanALease;
	await redis.restart();
	await expectResumed(cluster);
	await expectOneGoodRun(cluster.node(3), "ends-meanwhile");
	await expectOneGoodRun(cluster.node(3), "outlives-it");
	const { totals } = await cluster.node(3).cluster();
	expect(totals.stale).toBe(0);
});

test("while Redis is frozen, submissions are refused in time; thawed, work goes on", async () => {
	await using cluster = await Cluster.start({ redis, nodes: [[], [], []] });
	await run(cluster.node(1), "ends-meanwhile", 1_000);
	await run(cluster.node(2), "outlives-it", 5_000);
	process.kill(redis.pid, "SIGSTOP");
	try {
		await expectRefusals(cluster);
	} finally {
		process.kill(redis.pid, "SIGCONT");
	}
	await expectResumed(cluster);
	await expectOneGoodRun(cluster.node(3), "ends-meanwhile");
	await expectOneGoodRun(cluster.node(3), "outlives-it");
});

test("a node that does not find Redis says so, goes on looking, and is ready when it comes", async () => {
	const folder = mkdtempSync(join(tmpdir(), "hearsay-alone-"));
	const node = new ClusterNode(folder, [
		...["--redis", redis.url, "--http", "127.0.0.1:0"],
		...["--data", join(folder, "node")],
	]);
	const { pid } = redis;
	process.kill(pid, "SIGKILL");
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
		expectRefusedSoon(await node.post("/v1/tasks", { type: "noop" }));
		await redis.restart();
		await node.ready();
		await node.post("/v1/tasks", { id: "a", type: "noop" });
		expect((await node.whenEnded("a")).state).toBe("SUCCESS");
	} finally {
		await node.kill();
		rmSync(folder, { recursive: true });
	}
});
