/**
 * A Redis whose memory is full takes no new tasks, and lets those that it has
 * come to their end.
 */

import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Log, Store } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { systemClock } from "../../node/world.ts";
import { formatSession } from "../../protocol/lease.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { comesUp, nodeRecord, ROUTE, TTL_MS } from "./store-bench.ts";

const said: string[] = [];
const log: Log = {
	debug() {},
	info: (_fields, text) => said.push(text),
	warn() {},
	error: (_fields, text) => said.push(text),
};
let server: RedisServer;
let store: Store;
let redis: Redis;

beforeAll(async () => {
	server = await startRedis();
	redis = new Redis(server.url);
	store = connectStore({
		url: server.url,
		cluster: "full",
		shards: 1,
		clock: systemClock,
		log,
	});
	await comesUp(store);
});
afterAll(async () => {
	await store.close();
	redis.disconnect();
	await server.stop();
});

test("a store whose memory is full refuses new tasks, and lets what it has be claimed, ended, read and trimmed", async () => {
	const [shard] = store.shards;
	if (shard === undefined) throw new Error("a store has shards");
	const record = nodeRecord("ann");
	const { epoch, generation } = await shard.open({
		record,
		ttlMs: TTL_MS,
		known: NO_GENERATION,
	});
	const session = formatSession("ann", epoch);
	const task = { id: "one", route: ROUTE, priority: 5, payload: "{}" };
	await shard.submit([task]);
	await redis.config("SET", "maxmemory", "1");

	said.length = 0;
	for (const id of ["two", "three"]) {
		await expect(shard.submit([{ ...task, id }])).rejects.toMatchObject({
			name: "StoreError",
			kind: "full",
		});
	}
	expect(said).toEqual([expect.stringMatching(/^no task is accepted/)]);
	expect(await shard.pulse(session, TTL_MS)).toMatchObject({ ok: true });
	const claim = await shard.claim({
		session,
		generation,
		routes: [ROUTE],
		limit: 1,
	});
	expect(claim).toMatchObject({ ok: true, tasks: [{ id: "one" }] });
	const token = claim.ok ? (claim.tasks[0]?.token ?? 0) : 0;
	const end = {
		id: "one",
		token,
		startedMs: 1,
		state: "SUCCESS",
		result: "1",
	} as const;
	expect(await shard.complete([end])).toEqual({
		outcomes: ["accepted"],
		endedKept: 1,
	});
	expect(await shard.get(["one"])).toMatchObject([{ state: "SUCCESS" }]);
	expect(await shard.trim(0)).toBe(1);
	expect(await shard.close(session)).toBe("closed");

	await redis.config("SET", "maxmemory", "0");
	expect(await shard.submit([task])).toMatchObject([{ created: true }]);
	expect(said.at(-1)).toBe("tasks are accepted again");
});

test("a Redis that may evict tasks is told of in the log, with what to do", async () => {
	await redis.config("SET", "maxmemory-policy", "allkeys-lru");
	const told = new Promise<string>((resolve) => {
		const watching = connectStore({
			...{ url: server.url, cluster: "full", shards: 1 },
			clock: systemClock,
			log: {
				...log,
				error: (_, message) => {
					resolve(message);
					void watching.close();
				},
			},
		});
	});
	expect(await told).toMatch("set its maxmemory-policy to noeviction");
	await redis.config("SET", "maxmemory-policy", "noeviction");
});
