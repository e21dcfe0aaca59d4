/** A node that is stalled while the store answers: the answer has come, and counts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Log, Shard } from "../../node/ports.ts";
import { connectStore, type RedisStore } from "../../node/store/redis-store.ts";
import { Submitter } from "../../node/work/submitter.ts";
import { systemClock } from "../../node/world/clock.ts";
import {
	SUBMIT_BATCHES_MAX,
	SUBMIT_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { AROUND_SUBMITTER, standInShard } from "../stand-ins.ts";
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
	await store.agreeOnShards(true);
});
afterAll(async () => {
	await store.close();
	await server.stop();
});

test("an answer that waits to be read when a timeout fires is read first", async () => {
	const { tasks } = store.shards[0] as Shard;
	const sent = Promise.withResolvers<void>();
	let batches = 0;
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		shard: standInShard({
			tasks: {
				submit: (...batch) => {
					const answer = tasks.submit(...batch);
					batches += 1;
					if (batches === SUBMIT_BATCHES_MAX) sent.resolve();
					return answer;
				},
				get: (ids) => tasks.get(ids),
			},
		}),
		...{ clock: systemClock, log },
	});
	// So that the store answers while the node is stalled.
	process.kill(server.pid, "SIGSTOP");
	const outcomes = Array.from({ length: 600 }, (_, i) =>
		submitter.submit({
			id: `t${i}`,
			route: ROUTE,
			priority: 5,
			options: PLAIN,
			payload: "1",
		}),
	);
	await sent.promise;
	// Commands of one turn have been sent when it is over.
	await new Promise((resolve) => setImmediate(resolve));
	process.kill(server.pid, "SIGCONT");
	const endMs = performance.now() + SUBMIT_TIMEOUT_MS;
	while (performance.now() < endMs);
	for (const outcome of await Promise.all(outcomes))
		expect(outcome).toMatchObject({ ok: true, created: true });
});
