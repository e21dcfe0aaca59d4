/**
 * A Redis whose memory is full lets the tasks that it has come to their end, and takes
 * new ones where ended ones can be forgotten for them.
 */

import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Shard, Store } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { Submitter } from "../../node/submitter.ts";
import { Trimmer } from "../../node/trimmer.ts";
import { systemClock } from "../../node/world.ts";
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { AROUND_SUBMITTER } from "../stand-ins.ts";
import { RecordedLog } from "./recorded-log.ts";
import {
	comesUp,
	nodeRecord,
	openSession,
	ROUTE,
	TTL_MS,
} from "./store-bench.ts";

const log = new RecordedLog();
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

/** The shard, and a session of it. */
async function open(): Promise<{
	shard: Shard;
	session: SessionName;
	generation: number;
}> {
	await redis.config("SET", "maxmemory", "0");
	await redis.flushall();
	const [shard] = store.shards;
	if (shard === undefined) throw new Error("a store has shards");
	const { epoch, generation } = await openSession(shard, {
		record: nodeRecord("ann"),
		ttlMs: TTL_MS,
		known: NO_GENERATION,
	});
	return { shard, session: formatSession("ann", epoch), generation };
}

function taskOf(id: string, payload = "{}"): NewTask {
	return { id, route: ROUTE, priority: 5, options: PLAIN, payload };
}

function submitterOf(shard: Shard): Submitter {
	const clock = systemClock;
	const trimmer = new Trimmer({ shard, clock, log, keptMax: 1_000 });
	return new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log, trimmer },
	});
}

test("a store whose memory is full refuses new tasks, and lets what it has be claimed, ended, read and trimmed", async () => {
	const { shard, session, generation } = await open();
	await shard.submit([taskOf("one")]);
	await redis.config("SET", "maxmemory", "1");
	await expect(shard.submit([taskOf("two")])).rejects.toMatchObject({
		name: "StoreError",
		kind: "full",
	});
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
	expect(await shard.close(session, 1)).toMatchObject({ left: 0 });

	await redis.config("SET", "maxmemory", "0");
	expect(await shard.submit([taskOf("one")])).toMatchObject([
		{ created: true },
	]);
});

test("a store without room for a new task forgets the oldest that have ended, and takes it", async () => {
	const { shard, session, generation } = await open();
	const payload = JSON.stringify("x".repeat(100_000));
	const ids = Array.from({ length: 40 }, (_, i) => `old-${i}`);
	for (const id of ids) await shard.submit([taskOf(id, payload)]);
	const claim = await shard.claim({
		...{ session, generation, routes: [ROUTE] },
		limit: ids.length,
	});
	const ends = (claim.ok ? claim.tasks : []).map(
		({ id, token }) =>
			({ id, token, startedMs: 1, state: "SUCCESS", result: "1" }) as const,
	);
	await shard.complete(ends);
	// The first half ended two hours ago.
	const [old, young] = [ids.slice(0, 20), ids.slice(20)];
	for (const id of old) {
		const end = (await redis.hget("{full:0}:ends", id)) ?? "";
		const earlier = end.replace(/\d+/, (ms) => `${Number(ms) - 7_200_000}`);
		await redis.hset("{full:0}:ends", id, earlier);
	}
	const used = /used_memory:(\d+)/.exec(await redis.info("memory"))?.[1];
	await redis.config("SET", "maxmemory", String(used));

	const submitted = submitterOf(shard).submit(taskOf("new", payload));
	expect(await submitted).toMatchObject({ ok: true, created: true });
	const left = async (of: string[]) =>
		(await shard.get(of)).filter((task) => task !== undefined).length;
	expect([await left(old), await left(young)]).toEqual([0, 20]);
	expect(log.lines.at(-1)).toMatch(/^Redis has no memory for new tasks/);
});

test("a store that stays full is told of once, and again when it takes tasks", async () => {
	const { shard } = await open();
	const submitter = submitterOf(shard);
	await redis.config("SET", "maxmemory", "1");
	log.entries.length = 0;
	for (const id of ["one", "two"])
		expect(await submitter.submit(taskOf(id))).toMatchObject({ kind: "full" });
	expect(log.lines).toEqual([expect.stringMatching(/^no task is accepted/)]);
	await redis.config("SET", "maxmemory", "0");
	expect(await submitter.submit(taskOf("two"))).toMatchObject({ ok: true });
	expect(log.lines.at(-1)).toBe("tasks are accepted again");
});

test("a Redis that may evict tasks is told of in the log, with what to do", async () => {
	await redis.config("SET", "maxmemory-policy", "allkeys-lru");
	const told = new Promise<string>((resolve) => {
		const watching = connectStore({
			...{ url: server.url, cluster: "full", shards: 1 },
			clock: systemClock,
			log: Object.assign(new RecordedLog(), {
				error: (_: object, message: string) => {
					resolve(message);
					void watching.close();
				},
			}),
		});
	});
	expect(await told).toMatch("set its maxmemory-policy to noeviction");
	await redis.config("SET", "maxmemory-policy", "noeviction");
});
