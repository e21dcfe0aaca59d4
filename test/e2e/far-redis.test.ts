import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Component } from "../../protocol/schema/components.ts";
import { Cluster, until } from "../cluster.ts";
import { startRedis } from "../redis.ts";

const PROXY = fileURLToPath(new URL("delay-proxy.ts", import.meta.url));
const ROUND_TRIP_MS = 200;
const TASKS = 160;

/** The URL of a Redis that answers so much later, until it is disposed of. */
async function farAway(port: number) {
	const proxy = fork(PROXY, [String(port), String(ROUND_TRIP_MS / 2)]);
	const [farPort] = await once(proxy, "message");
	return {
		url: `redis://127.0.0.1:${farPort}`,
		[Symbol.dispose]: () => proxy.disconnect(),
	};
}

test("with Redis 200 ms away no lease is lost, though the distance shows", async () => {
	await using ends = new AsyncDisposableStack();
	const redis = ends.adopt(await startRedis(), (server) => server.stop());
	const { url } = ends.use(await farAway(redis.port));
	const cluster = ends.use(
		await Cluster.start({
			nodes: [["--queues", "unused"], []],
			all: ["--log", "error"],
			redis: { ...redis, url },
		}),
	);
	const node = cluster.node(1);
	// Submitted again under the same ids if a busy machine and the distance together take too long.
	const { tookMs } = await until(
		() => node.post("/v1/tasks", { id: "one", type: "noop" }),
		({ status }) => status < 300,
	);
	expect(tookMs).toBeGreaterThanOrEqual(ROUND_TRIP_MS);
	const many = Array.from({ length: TASKS - 1 }, (_, i) => {
		return { id: `many-${i}`, type: "noop" };
	});
	await until(
		() => node.post<Component<"BatchAnswer">>("/v1/tasks", many),
		({ status, body }) =>
			status < 300 && body.tasks.every((each) => each.status < 300),
	);
	const { totals } = await until(
		() => node.cluster(),
		({ counts }) => counts.SUCCESS === TASKS,
	);
	// A lost lease would make a task start a second time.
	expect(totals).toMatchObject({ accepted: TASKS, attempts: TASKS });
});
