/**
 * A Redis whose memory is full lets its tasks come to their end, and accepts new ones if
 * ended ones can be discarded for them.
 */

import { afterEach, expect, test } from "vitest";
import { Trimmer } from "../../node/duties/trimmer.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import { Submitter } from "../../node/work/submitter.ts";
import { systemClock } from "../../node/world/clock.ts";
import type { NewTask } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { newTask } from "../new-task.ts";
import { AROUND_SUBMITTER } from "../stand-ins.ts";
import { RecordedLog } from "./recorded-log.ts";
import { ROUTE, TTL_MS } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const log = new RecordedLog();
const ground = StoreOnRedis.forFile("full", log);
afterEach(() => ground.redis.config("SET", "maxmemory", "0"));

function taskOf(id: string, payload = "{}"): NewTask {
	return newTask(id, { route: ROUTE, payload });
}

function makeSubmitter(): Submitter {
	const { shard } = ground;
	const clock = systemClock;
	const retention = { keeps: keeping(1_000) };
	const trimmer = new Trimmer({ shard, clock, log, retention });
	return new Submitter({
		...AROUND_SUBMITTER,
		...{ shard, clock, log, trimmer },
	});
}

test("a store whose memory is full refuses new tasks, and its tasks can still be claimed, ended, read and trimmed", async () => {
	await ground.shard.tasks.submit([taskOf("one")]);
	await ground.redis.config("SET", "maxmemory", "1");
	await expect(
		ground.shard.tasks.submit([taskOf("two")]),
	).rejects.toMatchObject({
		name: "StoreError",
		kind: "full",
	});
	expect(
		await ground.shard.sessions.pulse(ground.session, TTL_MS),
	).toMatchObject({
		ok: true,
	});
	const claim = await ground.claim(1);
	expect(claim).toMatchObject({ ok: true, tasks: [{ id: "one" }] });
	const token = claim.ok ? (claim.tasks[0]?.token ?? 0) : 0;
	const end = {
		id: "one",
		token,
		startedMs: 1,
		state: "SUCCESS",
		result: "1",
	} as const;
	expect(await ground.shard.tasks.complete([end])).toMatchObject({
		outcomes: ["accepted"],
		kept: { successes: { number: 1 } },
	});
	expect(await ground.shard.tasks.get(["one"])).toMatchObject([
		{ state: "SUCCESS" },
	]);
	expect(await ground.shard.tasks.trim(keeping(0), 0)).toBe(1);
	expect(await ground.shard.sessions.close(ground.session, 1)).toMatchObject({
		left: 0,
	});

	await ground.redis.config("SET", "maxmemory", "0");
	expect(await ground.shard.tasks.submit([taskOf("one")])).toMatchObject([
		{ created: true },
	]);
});

test("a store says whether it would accept a task, without being given one", async () => {
	const { redis, store } = ground;
	expect(await store.refusesWrites()).toBeUndefined();
	await redis.config("SET", "maxmemory", "1");
	expect(await store.refusesWrites()).toEqual({
		why: expect.stringContaining("its memory is full"),
		lacksMemory: true,
	});
	await redis.config("SET", "maxmemory", "0");
	await redis.config("SET", "min-replicas-to-write", "1");
	expect(await store.refusesWrites()).toEqual({
		why: expect.stringContaining("fewer replicas"),
		lacksMemory: false,
	});
	await redis.config("SET", "min-replicas-to-write", "0");
	expect(await store.refusesWrites()).toBeUndefined();
});

test("a store without room for a new task discards the oldest ended ones, and accepts it", async () => {
	const payload = JSON.stringify("x".repeat(100_000));
	const ids = Array.from({ length: 40 }, (_, i) => `old-${i}`);
	for (const id of ids) await ground.shard.tasks.submit([taskOf(id, payload)]);
	const ends = (await ground.claimed(ids.length)).map(
		({ id, token }) =>
			({ id, token, startedMs: 1, state: "SUCCESS", result: "1" }) as const,
	);
	await ground.shard.tasks.complete(ends);
	// The first half ended two hours ago.
	const [old, young] = [ids.slice(0, 20), ids.slice(20)];
	const key = "{full:0}:order:successes";
	const [together = ""] = await ground.redis.zrange(key, "0", "-1");
	const endedMs = (await ground.redis.zscore(key, together)) ?? "";
	const [size = "", ...others] = together.split(" ").reverse();
	expect(others.sort()).toEqual([...ids].sort());
	const half = ` ${Number(size) / 2}`;
	await ground.redis.zrem(key, together);
	const earlierMs = `${Number(endedMs) - 7_200_000}`;
	await ground.redis.zadd(key, earlierMs, old.join(" ") + half);
	await ground.redis.zadd(key, endedMs, young.join(" ") + half);
	const used = /used_memory:(\d+)/.exec(await ground.redis.info("memory"))?.[1];
	await ground.redis.config("SET", "maxmemory", String(used));

	const submitted = makeSubmitter().submit(taskOf("new", payload));
	expect(await submitted).toMatchObject({ ok: true, created: true });
	const left = async (of: string[]) =>
		(await ground.shard.tasks.get(of)).filter((task) => task !== undefined)
			.length;
	expect([await left(old), await left(young)]).toEqual([0, 20]);
	expect(log.lines.at(-1)).toMatch(/^Redis has no memory for new tasks/);
});

test("a store that stays full is logged once, and again when it accepts tasks", async () => {
	const submitter = makeSubmitter();
	await ground.redis.config("SET", "maxmemory", "1");
	log.entries.length = 0;
	for (const id of ["one", "two"])
		expect(await submitter.submit(taskOf(id))).toMatchObject({ kind: "full" });
	expect(log.lines).toEqual([expect.stringMatching(/^no task is accepted/)]);
	await ground.redis.config("SET", "maxmemory", "0");
	expect(await submitter.submit(taskOf("two"))).toMatchObject({ ok: true });
	expect(log.lines.at(-1)).toBe("tasks are accepted again");
});

test("a Redis that may evict tasks is logged, with what to do", async () => {
	await ground.redis.config("SET", "maxmemory-policy", "allkeys-lru");
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
	await ground.redis.config("SET", "maxmemory-policy", "noeviction");
});
