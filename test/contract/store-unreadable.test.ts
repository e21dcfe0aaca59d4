/** Values that somebody overwrote in Redis: such a task spoils no list, and what nodes know they restore. */
import { beforeEach, expect, test } from "vitest";
import type { TaskEnd } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { writeTask } from "../../protocol/view.ts";
import { TTL_MS } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const ground = StoreOnRedis.forFile("damage");
beforeEach(() => ground.submit("one", "two", "three"));

const onlooker = { missing: () => undefined, nameOf: () => undefined };

/** Replaces a part of what the store has of a task. */
async function overwrite(
	table: string,
	id: string,
	part: RegExp,
	by: string,
): Promise<void> {
	const key = `{damage:0}:${table}`;
	const text = (await ground.redis.hget(key, id)) ?? "";
	expect(text).toMatch(part);
	await ground.redis.hset(key, id, text.replace(part, by));
}
test.each<[string, (id: string) => Promise<unknown>, string]>([
	[
		"its result is not JSON",
		(id) => overwrite("ends", id, /\n.*/, "\n{broken"),
		"SUCCESS",
	],
	[
		"its result is not JSON",
		(id) => overwrite("ends", id, /\n.*/, "\n"),
		"SUCCESS",
	],
	[
		"its payload is not JSON",
		(id) => overwrite("tasks", id, /\n.*$/, '\n1},{"id":"forged"'),
		"SUCCESS",
	],
	[
		"its options cannot be read",
		(id) => overwrite("tasks", id, /\n\n/, "\n{broken\n"),
		"SUCCESS",
	],
	[
		"its options cannot be read",
		(id) => overwrite("tasks", id, /\n\n/, "\n[]\n"),
		"SUCCESS",
	],
	[
		"its payload is not JSON",
		(id) => overwrite("tasks", id, /\n\n/, "\n"),
		"SUCCESS",
	],
	[
		"its numbers are none",
		(id) => overwrite("tasks", id, / 0 /, ` 0,0,0,${"9".repeat(20)},1 `),
		"SUCCESS",
	],
	[
		"its queue, type or labels are none",
		(id) => overwrite("tasks", id, / \S+\n/, " default\n"),
		"SUCCESS",
	],
	[
		"its attempts cannot be read",
		(id) => overwrite("ends", id, / 1 \d+ 1 /, " no 1 1 "),
		"SUCCESS",
	],
	[
		"its numbers are none",
		(id) => overwrite("ends", id, /^SUCCESS \d+/, "SUCCESS never"),
		"SUCCESS",
	],
	[
		"its numbers are none",
		(id) => overwrite("ends", id, /^\w+/, "DONE"),
		"FAILURE",
	],
	[
		"its numbers are none",
		(id) => overwrite("tasks", id, /^(\d+ \d+) \d+/, `$1 ${"9".repeat(20)}`),
		"SUCCESS",
	],
])("a task of which %s spoils only itself", async (flaw, damage, state) => {
	const ends = (await ground.claimed()).map(
		({ id, token }): TaskEnd => ({
			...{ id, token, startedMs: 1 },
			...{ state: "SUCCESS", result: '{"a":1}' },
		}),
	);
	await ground.shard.tasks.complete(ends);
	await damage("two");
	const all = { state: undefined, beforeSeq: 2 ** 45, limit: 500 };
	const { tasks } = await ground.shard.tasks.list(all);
	const texts = tasks.map((task) => writeTask(task, onlooker));
	const read = new Map(
		texts.map((text) => JSON.parse(text)).map((task) => [task.id, task]),
	);
	expect([...read.keys()].sort()).toEqual(["one", "three", "two"]);
	for (const id of ["one", "three"])
		expect(read.get(id)).toMatchObject({ payload: 1, result: { a: 1 } });
	expect(read.get("two")).toMatchObject({
		error: { code: "unreadable", message: expect.stringContaining(flaw) },
	});
	if (state !== "") expect(read.get("two").state).toBe(state);
	const [one] = await ground.shard.tasks.get(["two"]);
	expect(one?.error?.message).toContain(flaw);
});

test("a waiting task whose options cannot be read is claimed as a plain one, with its payload", async () => {
	await overwrite("tasks", "two", /\n\n/, "\nnull\n");
	const [, two] = await ground.claimed();
	expect(two).toMatchObject({ id: "two", options: PLAIN, payload: "1" });
});

test("an invalid number of shards counts as lost: pulses restore it, and no node is told of another one", async () => {
	const number = ["{damage:0}:meta", "shards"] as const;
	await ground.shard.sessions.pulse(ground.session, TTL_MS);
	await ground.redis.hset(...number, "many");
	expect(await ground.store.agreeOnShards(false)).toBe("used");
	expect(
		await ground.shard.sessions.pulse(ground.session, TTL_MS),
	).toMatchObject({
		ok: true,
	});
	expect(await ground.redis.hget(...number)).toBe("1");
});
