/**
 * A Redis whose memory is full lets the tasks that it has come to their end, and takes
 * new ones where ended ones can be forgotten for them.
 */

import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Trimmer } from "../../node/duties/trimmer.ts";
import type { Shard } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { Submitter } from "../../node/work/submitter.ts";
import { systemClock } from "../../node/world/clock.ts";
import type { SessionName } from "../../protocol/lease.ts";
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { AROUND_SUBMITTER } from "../stand-ins.ts";
import { RecordedLog } from "./recorded-log.ts";
import { ROUTE, TTL_MS } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const log = new RecordedLog();
let ground: StoreOnRedis;
let redis: Redis;
let shard: Shard;
let session: SessionName;
let generation: number;

beforeAll(async () => {
	ground = await StoreOnRedis.start("full", log);
	({ redis, shard } = ground);
});
afterAll(() => ground[Symbol.asyncDispose]());

beforeEach(async () => {
	await redis.config("SET", "maxmemory", "0");
	({ session, generation } = await ground.begin());
});

function taskOf(id: string, payload = "{}"): NewTask {
	return { id, route: ROUTE, priority: 5, options: PLAIN, payload };
}

function makeSubmitter(): Submitter {
	const clock = systemClock;
	const trimmer = new Trimmer({ shard, clock, log, keptMax: 1_000 });
	return new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log, trimmer },
	});
}

test("a store whose memory is full refuses new tasks, and lets what it has be claimed, ended, read and trimmed", async () => {
	await shard.tasks.submit([taskOf("one")]);
	await redis.config("SET", "maxmemory", "1");
	await expect(shard.tasks.submit([taskOf("two")])).rejects.toMatchObject({
		name: "StoreError",
		kind: "full",
	});
	expect(await shard.sessions.pulse(session, TTL_MS)).toMatchObject({
		ok: true,
	});
	const claim = await shard.tasks.claim({
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
	expect(await shard.tasks.complete([end])).toEqual({
		outcomes: ["accepted"],
		endedKept: 1,
	});
	expect(await shard.tasks.get(["one"])).toMatchObject([{ state: "SUCCESS" }]);
	expect(await shard.tasks.trim(0)).toBe(1);
	expect(await shard.sessions.close(session, 1)).toMatchObject({ left: 0 });

	await redis.config("SET", "maxmemory", "0");
	expect(await shard.tasks.submit([taskOf("one")])).toMatchObject([
		{ created: true },
	]);
});

test("a store without room for a new task forgets the oldest that have ended, and takes it", async () => {
	const payload = JSON.stringify("x".repeat(100_000));
	const ids = Array.from({ length: 40 }, (_, i) => `old-${i}`);
	for (const id of ids) await shard.tasks.submit([taskOf(id, payload)]);
	const claim = await shard.tasks.claim({
		...{ session, generation, routes: [ROUTE] },
		limit: ids.length,
	});
	const ends = (claim.ok ? claim.tasks : []).map(
		({ id, token }) =>
			({ id, token, startedMs: 1, state: "SUCCESS", result: "1" }) as const,
	);
	await shard.tasks.complete(ends);
	// The first half ended two hours ago.
	const [old, young] = [ids.slice(0, 20), ids.slice(20)];
	const key = "{full:0}:ended";
	const [together = ""] = await redis.zrange(key, "0", "-1");
	const endedMs = (await redis.zscore(key, together)) ?? "";
	expect(together.split(" ").sort()).toEqual([...ids].sort());
	await redis.zrem(key, together);
	await redis.zadd(key, `${Number(endedMs) - 7_200_000}`, old.join(" "));
	await redis.zadd(key, endedMs, young.join(" "));
	const used = /used_memory:(\d+)/.exec(await redis.info("memory"))?.[1];
	await redis.config("SET", "maxmemory", String(used));

	const submitted = makeSubmitter().submit(taskOf("new", payload));
	expect(await submitted).toMatchObject({ ok: true, created: true });
	const left = async (of: string[]) =>
		(await shard.tasks.get(of)).filter((task) => task !== undefined).length;
	expect([await left(old), await left(young)]).toEqual([0, 20]);
	expect(log.lines.at(-1)).toMatch(/^Redis has no memory for new tasks/);
});

test("a store that stays full is told of once, and again when it takes tasks", async () => {
	const submitter = makeSubmitter();
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
			...{ url: ground.server.url, cluster: "full", shards: 1 },
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
