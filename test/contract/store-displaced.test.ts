/**
 * Lists go by the creation of tasks, even if their places in a queue differ from that, as
 * they do if a task goes back to wait behind those that came meanwhile.
 */
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Shard } from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import { ELAPSE_BATCH_MAX, SUBMIT_BATCH_MAX } from "../../protocol/limits.ts";
import { rankOf, SEQ_SPAN } from "../../protocol/rank.ts";
import type { TaskState } from "../../protocol/state.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { keeping } from "../keeping.ts";
import { newTask } from "../new-task.ts";
import { ROUTE, success } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const key = (name: string) => `{displaced:0}:${name}`;
let ground: StoreOnRedis;
let redis: Redis;
let shard: Shard;
let session: SessionName;
let generation: number;

beforeAll(async () => {
	ground = await StoreOnRedis.start("displaced");
	({ redis, shard } = ground);
});
afterAll(() => ground[Symbol.asyncDispose]());

const IDS = Array.from({ length: 40 }, (_, i) => `t${i}`);
const NEWEST_FIRST = IDS.toReversed();

/** Forty tasks wait; every other one was moved behind all others. */
beforeEach(async () => {
	({ session, generation } = await ground.begin());
	const outcomes = await shard.tasks.submit(
		IDS.map((id) => ({
			...{ id, route: ROUTE, priority: 5, options: PLAIN, payload: "1" },
		})),
	);
	const seqs = outcomes.map((outcome) =>
		outcome.ok && outcome.created ? outcome.seq : 0,
	);
	const last = seqs.at(-1) ?? 0;
	for (const [i, id] of IDS.entries()) {
		if (i % 2 === 1) continue;
		const place = last + 1 + i;
		await redis.zadd(key(`queue:${ROUTE}`), rankOf(5, place), id);
		await redis.zadd(key("routes"), "GT", place, ROUTE);
		await redis.zadd(key("displaced"), seqs[i] ?? 0, id);
	}
});

async function listed(state?: TaskState, limit = 7): Promise<string[]> {
	const ids: string[] = [];
	for (let beforeSeq = SEQ_SPAN; ; ) {
		const page = await shard.tasks.list({ state, beforeSeq, limit });
		ids.push(...page.tasks.map(({ id }) => id));
		if (!page.more) return ids;
		beforeSeq = page.tasks.at(-1)?.seq ?? 0;
	}
}

test.each([1, 3, 7, 40, 500])(
	"a list in pages of %i tells each waiting task once, newest first by creation",
	async (limit) => {
		expect(await listed("PENDING", limit)).toEqual(NEWEST_FIRST);
		expect(await listed(undefined, limit)).toEqual(NEWEST_FIRST);
	},
);

test("a displaced task is listed once wherever it is, and in the end leaves nothing behind", async () => {
	const claim = { session, generation, routes: [ROUTE], limit: 30 };
	const reply = await shard.tasks.claim(claim);
	const tasks = reply.ok ? reply.tasks : [];
	// The twenty that kept their place went first.
	expect(tasks.slice(0, 20).map(({ id }) => id)).toEqual(
		IDS.filter((_, i) => i % 2 === 1),
	);
	await shard.tasks.complete(tasks.slice(15, 25).map(success));
	expect(await listed()).toEqual(NEWEST_FIRST);
	const states = ["PENDING", "STARTED", "SUCCESS"] as const;
	const byState = await Promise.all(states.map((state) => listed(state)));
	expect(byState.map(({ length }) => length)).toEqual([10, 20, 10]);
	expect(byState.flat().sort()).toEqual([...IDS].sort());
	const left = await shard.tasks.claim({ ...claim, limit: 128 });
	const all = [...tasks, ...(left.ok ? left.tasks : [])];
	await shard.tasks.complete(all.map(success));
	expect(await shard.tasks.trim(keeping(0, 0), 0)).toBe(IDS.length);
	expect(await redis.exists(key("displaced"))).toBe(0);
});

test("thousands of tasks that come to wait at once do not hide newer ones: one step finds these", async () => {
	await ground.begin();
	const due = Array.from({ length: 2_000 }, (_, i) =>
		newTask(`due${i}`, { route: ROUTE, options: { delay: 1 } }),
	);
	for (let from = 0; from < due.length; from += SUBMIT_BATCH_MAX)
		await shard.tasks.submit(due.slice(from, from + SUBMIT_BATCH_MAX));
	await ground.submit("a", "b", "c");
	const counts = async () => (await shard.tasks.counts()).states;
	while ((await counts()).SCHEDULED > 0)
		await shard.tasks.elapse(ELAPSE_BATCH_MAX);
	const all = { state: "PENDING", beforeSeq: SEQ_SPAN } as const;
	const page = await shard.tasks.list({ ...all, limit: 3 });
	expect(page.tasks.map(({ id }) => id)).toEqual(["c", "b", "a"]);
	const newestFirst = ["c", "b", "a", ...due.map(({ id }) => id).reverse()];
	expect(await listed("PENDING", 500)).toEqual(newestFirst);
});
