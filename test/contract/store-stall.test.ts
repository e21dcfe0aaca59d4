/** A node that stands still while the store answers: the answer has come, and counts. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Log, Shard } from "../../node/ports.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { Submitter } from "../../node/work/submitter.ts";
import { systemClock } from "../../node/world/clock.ts";
import { SUBMIT_TIMEOUT_MS } from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { AROUND_SUBMITTER } from "../stand-ins.ts";
import { comesUp, ROUTE } from "./store-bench.ts";

const PAUSE_MS = 400;
const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
let server: RedisServer;
let store: RedisStore;
let operator: Redis;
beforeAll(async () => {
	server = await startRedis();
	const { url } = server;
	const clock = systemClock;
	store = connectStore({ url, cluster: "stall", shards: 1, clock, log });
	await comesUp(store);
	await store.agreeOnShards(true);
	operator = new Redis(url);
});
afterAll(async () => {
	await store.close();
	operator.disconnect();
	await server.stop();
});

test("an answer that waits to be read when the time is over is read first", async () => {
	const shard = store.shards[0] as Shard;
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock: systemClock, log },
	});
	// So that it answers while the node stands still.
	await operator.client("PAUSE", PAUSE_MS, "ALL");
	const outcomes = Array.from({ length: 600 }, (_, i) =>
		submitter.submit({
			id: `t${i}`,
			route: ROUTE,
			priority: 5,
			options: PLAIN,
			payload: "1",
		}),
	);
	// They are on their way.
	await new Promise((resolve) => setTimeout(resolve, PAUSE_MS / 4));
	const endMs = performance.now() + SUBMIT_TIMEOUT_MS;
	while (performance.now() < endMs);
	for (const outcome of await Promise.all(outcomes))
		expect(outcome).toMatchObject({ ok: true, created: true });
});
