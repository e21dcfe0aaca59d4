/** The stream of events in Redis itself: its size, and what happens if somebody tampers with it. */

import { afterEach, expect, test } from "vitest";
import type { EventPlace } from "../../protocol/event.ts";

import {
	EVENT_ENTRY_BYTES,
	EVENTS_MEMORY_SHARE,
} from "../../protocol/limits.ts";
import { newTask } from "../new-task.ts";
import { ROUTE } from "./store-bench.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const ground = StoreOnRedis.forFile("stream");
afterEach(() => ground.redis.config("SET", "maxmemory", "0"));

const KEY = "{stream:0}:events";
const META = "{stream:0}:meta";
const end = async () => (await ground.shard.events.after(undefined)).from;
const idsAfter = async (place: EventPlace) => {
	const { how, entries } = await ground.shard.events.after(place);
	expect(how).toBe("on");
	return entries.flatMap(({ events }) => events.map(({ id }) => id));
};

test.each([
	["the count is gone", () => ground.redis.hdel(META, "events")],
	["the count is put back", () => ground.redis.hset(META, "events", "1")],
])("if %s, events go on above what is there", async (_what, damage) => {
	await ground.submit("one");
	const place = await end();
	await damage();
	await ground.submit("two");
	await ground.submit("three");
	expect(await idsAfter(place)).toEqual(["two", "three"]);
});

test.each([
	["is gone", () => ground.redis.del(KEY)],
	["is empty", () => ground.redis.xtrim(KEY, "MAXLEN", "0")],
	["is a text", () => ground.redis.set(KEY, "text")],
	[
		"is gone, and so is the count",
		() => ground.redis.del(KEY).then(() => ground.redis.hdel(META, "events")),
	],
	[
		"is empty, and the count is gone",
		() =>
			ground.redis
				.xtrim(KEY, "MAXLEN", "0")
				.then(() => ground.redis.hdel(META, "events")),
	],
])("if the stream %s, tasks are taken all the same", async (_what, damage) => {
	await ground.submit("one");
	await damage();
	await ground.submit("two");
	const place = await end();
	await ground.submit("three");
	expect(await idsAfter(place)).toEqual(["three"]);
	expect((await ground.claimed()).map(({ id }) => id)).toEqual([
		...["one", "two", "three"],
	]);
});

test("a damaged entry yields what can be read of it", async () => {
	const place = await end();
	const at = place.bytes + 1_000;
	const lines = ["", "\t", "z", "y later\tone", "s\tone", "a route *\tone two"];
	await ground.redis.xadd(KEY, `${at}-1`, "e", lines.join("\n"));
	const { entries } = await ground.shard.events.after(place);
	const kinds = entries.flatMap(({ events }) =>
		events.map(({ about, id }) => `${about.kind} ${id}`),
	);
	expect(kinds).toEqual(["task.accepted one", "task.accepted two"]);
});

test("the stream is cut to its share of a small memory, and takes about as much as was counted", async () => {
	const tasks = Array.from({ length: 128 }, (_, i) =>
		newTask(`${"x".repeat(100)}${i}`, { route: ROUTE }),
	);
	const first = await end();
	for (let i = 0; i < 200; i++) {
		for (const task of tasks)
			Object.assign(task, {
				id: `${task.id.slice(0, 100)}-${i}-${Math.random()}`,
			});
		await ground.shard.tasks.submit(tasks);
	}
	const written = (await end()).bytes - first.bytes;
	const used = Number(
		await ground.redis.call("MEMORY", "USAGE", KEY, "SAMPLES", "0"),
	);
	expect(used).toBeLessThan(written * 1.2);
	expect(used).toBeGreaterThan(written * 0.8);
	expect(await ground.shard.events.cut()).toBe(false);
	expect(await ground.redis.xlen(KEY)).toBeGreaterThan(200);

	const most = 100_000;
	await ground.redis.config(
		"SET",
		"maxmemory",
		String(Math.ceil(most / EVENTS_MEMORY_SHARE)),
	);
	while (await ground.shard.events.cut());
	const left = await ground.redis.xrange(KEY, "-", "+");
	const bytes = left.reduce(
		(sum, [, [, text = ""]]) => sum + text.length + EVENT_ENTRY_BYTES,
		0,
	);
	expect(bytes).toBeLessThanOrEqual(most + 20_000);
	expect(bytes).toBeGreaterThan(most - 20_000);
	const reply = await ground.shard.events.after(first);
	expect(reply).toMatchObject({ how: "trimmed" });
	expect(reply.from.bytes).toBe((await end()).bytes - bytes);
});
