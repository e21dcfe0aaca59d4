/**
 * A Redis in which somebody deleted or overwrote keys, or took rights away: whatever
 * is sound goes on, and nothing that the store answers is thrown at the node as
 * anything but a `StoreError`.
 */
import { beforeEach, expect, test } from "vitest";
import type { Log } from "../../node/ports.ts";
import { LAYOUT } from "../../node/store/scripts.ts";
import type { TaskEnd } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { newTask } from "../new-task.ts";
import { nodeRecord, TTL_MS } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const errors: object[] = [];
const warnings: object[] = [];
const log: Log = {
	debug() {},
	info() {},
	warn: (fields) => warnings.push(fields),
	error: (fields) => errors.push(fields),
};
const ground = StoreOnRedis.forFile("damage", log);
beforeEach(() => ground.submit("one", "two", "three"));

const TASKS = "{damage:0}:tasks";
const forget = (id: string) => ground.redis.hdel(TASKS, id);

test.each([
	["whose text is gone", () => forget("two")],
	[
		"that was overwritten",
		() => ground.redis.hset(TASKS, "two", "5 not-a-number 1 0 route\n\n1"),
	],
])(
	"a waiting task %s is dropped, and the others are claimed",
	async (_, damage) => {
		await damage();
		const reply = await ground.claim();
		expect(reply).toMatchObject({
			ok: true,
			waiting: [0],
			tasks: [{ id: "one" }, { id: "three" }],
		});
		const { states, waiting } = await ground.shard.tasks.counts();
		expect(states).toMatchObject({ PENDING: 0, STARTED: 2 });
		expect(waiting).toEqual([]);
		expect(await ground.shard.sessions.running(ground.session)).toHaveLength(2);
	},
);

test.each([
	["that is due later", { delay: 1 }, "PENDING"],
	["that is to expire", { expiresIn: 1 }, "EXPIRED"],
] as const)(
	"a task %s and was overwritten is dropped, and the others are dealt with in their time",
	async (_, options, state) => {
		const { tasks } = ground.shard;
		await tasks.submit(["bad", "good"].map((id) => newTask(id, { options })));
		await ground.redis.hset(TASKS, "bad", "5 not-a-number 1 0 route\n\n1");
		await expect
			.poll(async () => {
				await tasks.elapse(10);
				return (await tasks.get(["good"]))[0]?.state;
			})
			.toBe(state);
		expect((await tasks.elapse(10)).nextTimeMs).toBeUndefined();
	},
);

test("a count by route that is wrong because a text is gone is right again once nothing runs", async () => {
	await ground.claimed();
	await forget("two");
	const { session, shard } = ground;
	// Now nobody knows the route of the second one.
	await shard.sessions.close(session, 10);
	const { queues } = await shard.tasks.queues({ above: -1, limit: 10 });
	expect(queues).toMatchObject([{ count: 2, started: 0 }]);
});

test("a task whose text is gone cannot end and is no longer held, while the others end", async () => {
	const tasks = await ground.claimed();
	await forget("two");
	const ends = tasks.map(
		({ id, token }): TaskEnd => ({
			...{ id, token, startedMs: 1 },
			...{ state: "SUCCESS", result: "1" },
		}),
	);
	const { outcomes, kept } = await ground.shard.tasks.complete(ends);
	expect(outcomes).toEqual(["accepted", "stale_token", "accepted"]);
	expect(kept.successes.number).toBe(2);
	expect(await ground.shard.sessions.running(ground.session)).toEqual([]);
	expect(await ground.redis.hexists(TASKS, "two")).toBe(0);
	const { states } = await ground.shard.tasks.counts();
	expect(states).toMatchObject({ STARTED: 0, SUCCESS: 2 });
});

test("each ending task is checked only if one has been deleted", async () => {
	const ends = (await ground.claimed()).map(
		({ id, token }): TaskEnd => ({
			...{ id, token, startedMs: 1 },
			...{ state: "SUCCESS", result: "1" },
		}),
	);
	const asked = async () =>
		/cmdstat_hexists:calls=(\d+)/.exec(
			await ground.redis.info("commandstats"),
		)?.[1];
	await ground.redis.config("RESETSTAT");
	await ground.shard.tasks.complete(ends.slice(0, 1));
	expect(await asked()).toBe(undefined);
	await forget("one");
	await ground.shard.tasks.complete(ends.slice(1));
	expect(await asked()).toBe("2");
});

test("the id of an ended task that was deleted by hand is free again", async () => {
	const [first] = await ground.claimed();
	const { id = "", token = 0 } = first ?? {};
	const end: TaskEnd = {
		...{ id, token, startedMs: 1 },
		...{ state: "SUCCESS", result: "1" },
	};
	await ground.shard.tasks.complete([end]);
	await forget(id);
	const again = newTask(id, { payload: "2" });
	expect(await ground.shard.tasks.submit([again])).toMatchObject([
		{ created: true },
	]);
	const [task] = await ground.shard.tasks.get([id]);
	expect(task).toMatchObject({ state: "PENDING", payload: "2", attempts: [] });
	expect(task?.result).toBeUndefined();
	// The new task is not discarded in the old one's place.
	expect(await ground.shard.tasks.trim(keeping(0, 0), 0)).toBe(0);
	const { states } = await ground.shard.tasks.counts();
	expect(states).toMatchObject({ PENDING: 1, STARTED: 2, SUCCESS: 0 });
});

test("the id of a deleted task is free again, even if the new task is claimed at once", async () => {
	const [first] = await ground.claimed();
	const { id = "", token = 0 } = first ?? {};
	const success = { state: "SUCCESS", result: "1" } as const;
	await ground.shard.tasks.complete([{ id, token, startedMs: 1, ...success }]);
	await forget(id);
	const again = newTask(id, { route: "other|t|", payload: "2" });
	const [outcome] = await ground.shard.tasks.submit([again], ground.lease);
	expect(outcome).toMatchObject({ claimed: again });
	const [task] = await ground.shard.tasks.get([id]);
	expect(task).toMatchObject({ state: "STARTED", attempt: 1 });
	expect(task?.result).toBeUndefined();
	expect(await ground.shard.tasks.trim(keeping(0, 0), 0)).toBe(0);
});

test("an ended task whose text is gone does not keep the others from being discarded", async () => {
	const tasks = await ground.claimed();
	await ground.shard.tasks.complete(
		tasks.map(({ id, token }) => ({
			...{ id, token, startedMs: 1 },
			...{ state: "SUCCESS", result: "1" },
		})),
	);
	await forget("two");
	expect(await ground.shard.tasks.trim(keeping(0), 0)).toBe(3);
	expect((await ground.shard.tasks.counts()).states.SUCCESS).toBe(0);
});

test("a node refuses a cluster whose tasks another version keeps in another form, and says so", async () => {
	await ground.shard.sessions.pulse(ground.session, TTL_MS);
	expect(await ground.store.agreeOnShards(false)).toBe("agreed");
	await ground.redis.hdel("{damage:0}:meta", "layout");
	await expect(ground.store.agreeOnShards(false)).rejects.toThrow(
		/an older version/,
	);
	await ground.redis.hset("{damage:0}:meta", "layout", LAYOUT - 1);
	await expect(ground.store.agreeOnShards(false)).rejects.toThrow(
		/an older version/,
	);
	await ground.redis.hset("{damage:0}:meta", "layout", 1_000);
	await expect(ground.store.agreeOnShards(false)).rejects.toThrow(
		/a newer version/,
	);
});

test("a node with another number of shards is told both numbers, and what to do", async () => {
	await ground.redis.hset("{damage:0}:meta", "shards", 4, "layout", LAYOUT);
	const sentence =
		/--shards 4 and this node was started with --shards 1; start/;
	await expect(ground.store.agreeOnShards(true)).rejects.toThrow(sentence);
});

test("an unexpected answer is a store error, logged without the arguments of the call", async () => {
	await ground.redis.del("{damage:0}:sessions");
	await ground.redis.set("{damage:0}:sessions", "overwritten");
	errors.length = 0;
	await expect(
		ground.shard.sessions.pulse(ground.session, TTL_MS),
	).rejects.toMatchObject({
		name: "StoreError",
		kind: "refused",
	});
	expect(JSON.stringify(errors)).toContain("WRONGTYPE");
	expect(JSON.stringify(errors)).not.toContain(ground.session);
});

test.each([
	"{broken",
	"null",
	JSON.stringify({ ...nodeRecord("bob"), queues: 5 }),
])(
	"a node whose record cannot be read is left out of the registry, and logged once: %s",
	async (text) => {
		await ground.redis.hset("{damage:0}:epochs", "bob", 1);
		await ground.redis.hset("{damage:0}:nodes", "bob", text);
		warnings.length = 0;
		for (let i = 0; i < 2; i++) {
			const { nodes } = await ground.shard.sessions.nodes();
			expect(nodes.map(({ record }) => record.nodeId)).toEqual(["ann"]);
		}
		expect(warnings).toMatchObject([{ record: text.slice(0, 200) }]);
	},
);

test("a node of an earlier version, whose record has no name, gets its host's name", async () => {
	const { name: _, ...record } = nodeRecord("bob");
	await ground.redis.hset("{damage:0}:epochs", "bob", 1);
	await ground.redis.hset("{damage:0}:nodes", "bob", JSON.stringify(record));
	const { nodes } = await ground.shard.sessions.nodes();
	expect(nodes.at(-1)?.record).toMatchObject({ nodeId: "bob", name: "host" });
});

test("an unreadable error is reported as unreadable", async () => {
	const [first] = await ground.claimed();
	const { id = "", token = 0 } = first ?? {};
	const error = { code: "failed", message: "no" };
	await ground.shard.tasks.complete([
		{ id, token, startedMs: 1, state: "FAILURE", end: "failure", error },
	]);
	const end = await ground.redis.hget("{damage:0}:ends", id);
	await ground.redis.hset("{damage:0}:ends", id, `${end?.slice(0, -5)}`);
	const [task] = await ground.shard.tasks.get([id]);
	expect(task).toMatchObject({
		state: "FAILURE",
		error: { code: "unreadable" },
	});
});

const STEP_CPU_MS_MAX = 30;

// A band is a queue and a priority; a page that read all of each would read 250,000 tasks.
test.each([
	["in turn", (i: number) => i % 512],
	["one after the other", (i: number) => Math.floor(i / 100)],
])(
	"a long list of many queues and priorities, filled %s, is read in a moment",
	async (_how, bandOf) => {
		const tasks = Array.from({ length: 51_200 }, (_, i) =>
			newTask(`t${i}`, {
				route: `q${Math.floor(bandOf(i) / 256)}|t|`,
				priority: bandOf(i) % 256,
			}),
		);
		for (let from = 0; from < tasks.length; from += 128) {
			await ground.shard.tasks.submit(tasks.slice(from, from + 128));
		}
		const all = { state: undefined, limit: 500 };
		// Loads the script.
		await ground.shard.tasks.list({ ...all, beforeSeq: 2 ** 45, limit: 1 });
		const beforeMs = await ground.cpuMs();
		let steps = 0;
		const ids: string[] = [];
		for (let beforeSeq = 2 ** 45; ids.length < 500; ) {
			const page = await ground.shard.tasks.list({ ...all, beforeSeq });
			steps += 1;
			ids.push(...page.tasks.map(({ id }) => id));
			beforeSeq = page.downToSeq;
		}
		expect(ids.slice(0, 500)).toEqual(
			Array.from({ length: 500 }, (_, i) => `t${51_199 - i}`),
		);
		// The bar is not the machine's speed: no step may be a pause.
		const msEach = ((await ground.cpuMs()) - beforeMs) / steps;
		expect(msEach).toBeLessThan(STEP_CPU_MS_MAX);
	},
);
