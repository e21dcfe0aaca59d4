/** A node that stands still while the store answers: the answer has come, and counts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Log, Shard } from "../../node/ports.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { Submitter } from "../../node/submitter.ts";
import { systemClock } from "../../node/world.ts";
import { SUBMIT_TIMEOUT_MS } from "../../protocol/limits.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { comesUp, ROUTE } from "./store-bench.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
let server: RedisServer;
let store: RedisStore;
beforeAll(async () => {
	server = await startRedis();
	const { url } = server;
	const clock = systemClock;
	store = connectStore({ url, cluster: "stall", shards: 1, clock, log });
	await comesUp(store);
});
afterAll(async () => {
	await store.close();
	await server.stop();
});

test("an answer that waits to be read when the time is over is read first", async () => {
	const shard = store.shards[0] as Shard;
	const submitter = new Submitter({
		...{ shard, clock: systemClock, log },
		submitHere: () => undefined,
		isServed: () => true,
		refused() {},
		makeRoom: async () => false,
		sending: () => () => {},
	});
	const outcomes = Array.from({ length: 600 }, (_, i) =>
		submitter.submit({ id: `t${i}`, route: ROUTE, priority: 5, payload: "1" }),
	);
	await new Promise((resolve) => setImmediate(resolve));
	const endMs = performance.now() + 2 * SUBMIT_TIMEOUT_MS;
	while (performance.now() < endMs);
	for (const outcome of await Promise.all(outcomes))
		expect(outcome).toMatchObject({ ok: true, created: true });
});
