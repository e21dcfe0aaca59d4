/** The feed of events: what readers are told, and what that costs. */
import { expect, test } from "vitest";
import { EventFilter } from "../../protocol/event-filter.ts";
import { parseEventId } from "../../protocol/event-id.ts";
import {
	EVENT_READERS_MAX,
	EVENTS_HEARTBEAT_MS,
	EVENTS_LINGER_MS,
} from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import { newTask } from "../new-task.ts";
import { ALL_EVENTS, accepted, Ground, Listener } from "./event-ground.ts";

test("a reader is told what happens in all shards from when it comes", async () => {
	const ground = new Ground();
	await ground.submit(0, "before");
	const listener = await Listener.to(ground.feed());
	await ground.clock.runFor(200);
	await ground.submit(0, "one");
	await ground.submit(1, "two");
	await ground.clock.runFor(200);
	expect(listener.lines.sort()).toEqual(accepted("one", "two"));
});

test("a reader that reaches some queues or types only sees their tasks, and nodes, and nothing else", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const start = await Listener.to(feed);
	await ground.clock.runFor(200);
	const from = start.id;
	const within = { queues: ["own"], types: ["t", "u"] };
	const live = await Listener.to(feed, undefined, { within });
	const wide = await Listener.to(feed, undefined, {
		...{ within, queues: ["own", "theirs"], tasks: ["b", "d"] },
	});
	const audits = await Listener.to(feed, undefined, {
		...{ within, kinds: ["audit"] },
	});
	const shard = ground.shards[0] as MemoryShard;
	const routes = ["own|t|", "own|u|gpu", "own|v|", "theirs|t|", "own2|t|"];
	await shard.tasks.submit(
		routes.map((route, at) => newTask("abcde".charAt(at), { route })),
	);
	await shard.events.audit('{"by":"somebody"}');
	await openSession(shard, {
		record: nodeRecord("ann"),
		ttlMs: 1_000,
		known: NO_GENERATION,
	});
	await ground.clock.runFor(200);
	const own = [...accepted("a", "b"), "node.up ann"];
	expect(live.lines).toEqual(own);
	expect(wide.lines).toEqual(accepted("b"));
	expect(audits.lines).toEqual([]);
	// The same holds for a reader that reads from the store what it has missed.
	const later = await Listener.to(ground.feed(), from, { within });
	await ground.clock.runFor(200);
	expect(later.lines).toEqual(own);
	expect(start.lines).toHaveLength(7);
	// The route of a task may not be known, as its text cannot be read.
	const filter = new EventFilter({ ...ALL_EVENTS, within }, () => undefined);
	expect(filter.fits({ about: { kind: "task.ended" }, id: "f" })).toBe(false);
});

test("many readers cost the store what one costs, and nobody reads when none is left", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const first = await Listener.to(feed);
	await ground.clock.runFor(1_000);
	const before = ground.reads;
	await ground.clock.runFor(1_000);
	const one = ground.reads - before;
	const others = await Promise.all(
		Array.from({ length: 200 }, () => Listener.to(feed)),
	);
	const atStart = ground.reads;
	await ground.submit(0, "a");
	await ground.clock.runFor(1_000);
	expect(ground.reads - atStart).toBeLessThan(one * 1.5);
	for (const { lines } of [first, ...others])
		expect(lines).toEqual(accepted("a"));
	for (const { reader } of [first, ...others]) reader.close();
	await ground.clock.runFor(EVENTS_LINGER_MS + 1_000);
	const atEnd = ground.reads;
	await ground.clock.runFor(10_000);
	expect(ground.reads).toBe(atEnd);
	expect(first.over).toBe("closed");
});

test("a reader that goes on from an id, on any node, is told all that followed, once", async () => {
	const ground = new Ground();
	const first = await Listener.to(ground.feed());
	const ids = Array.from({ length: 40 }, (_, i) => `task-${i}`);
	await ground.submit(0, ...ids.slice(0, 10));
	await ground.submit(1, ...ids.slice(10, 20));
	await ground.clock.runFor(200);
	const told = first.told.map(({ id }) => id);
	first.reader.close();
	await ground.submit(1, ...ids.slice(20, 30));
	await ground.submit(0, ...ids.slice(30, 40));
	expect(told).toHaveLength(20);
	// It may go on from within a batch; on a node where others read already, and where nobody does.
	const busy = ground.feed();
	await Listener.to(busy);
	for (const [at, id] of told.entries())
		for (const feed of [busy, ground.feed()]) {
			const again = await Listener.to(feed, id);
			await ground.clock.runFor(400);
			const seen = [...first.lines.slice(0, at + 1), ...again.lines];
			expect(seen.toSorted()).toEqual(accepted(...ids).toSorted());
			again.reader.close();
		}
});

test("a reader that was told nothing for a while is told where it is by now", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const listener = await Listener.to(feed, undefined, { types: ["other"] });
	// However much happens that it has not asked for, it is told nothing of that.
	for (let ms = 0; ms < EVENTS_HEARTBEAT_MS + 1_000; ms += 1_000) {
		await ground.submit(0, `task-${ms}`);
		await ground.clock.runFor(1_000);
	}
	// It was told at the beginning, and now.
	expect([listener.lines, listener.batches]).toEqual([[], 2]);
	const again = await Listener.to(ground.feed(), listener.id);
	await ground.clock.runFor(1_000);
	expect(again.lines.length).toBeLessThan(3);
});

test("the number of readers is bounded, and a node that stops has none", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const all = await Promise.all(
		Array.from({ length: EVENT_READERS_MAX }, () => Listener.to(feed)),
	);
	const wish = { query: ALL_EVENTS, after: undefined };
	expect(await feed.read(wish)).toBeUndefined();
	all[0]?.reader.close();
	all[0] = await Listener.to(feed);
	feed.stop();
	await ground.clock.runFor(100);
	expect(new Set(all.slice(1).map(({ over }) => over))).toEqual(
		new Set(["stopping"]),
	);
	expect(await feed.read(wish)).toBeUndefined();
});

test("what a node sees itself is reported to its readers, with their place", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	feed.see({ kind: "store.away", atMs: 1, by: "ann" });
	const listener = await Listener.to(feed);
	const tasks = await Listener.to(feed, undefined, { types: ["t"] });
	feed.see({ kind: "store.away", atMs: 1, by: "ann" });
	await ground.submit(0, "a");
	await ground.clock.runFor(200);
	expect(listener.lines).toEqual(["store.away", ...accepted("a")]);
	expect(tasks.lines).toEqual(accepted("a"));
	const again = await Listener.to(ground.feed(), listener.told[0]?.id);
	await ground.clock.runFor(400);
	expect(again.lines).toEqual(accepted("a"));
});

test("what a reader has missed is read once there is room for it, and a reader that waits for it ends with its node", async () => {
	const ground = new Ground();
	const start = await Listener.to(ground.feed());
	await ground.submit(0, "a");
	await ground.clock.runFor(400);
	await ground.submit(0, "b");
	const wish = {
		query: ALL_EVENTS,
		after: parseEventId(start.told[0]?.id ?? ""),
	};
	const feed = ground.feed();
	const rooms = [0, 1].map(() => Promise.withResolvers<boolean>());
	const [first, second] = await Promise.all(
		rooms.map(async ({ promise }) => {
			const room = { enter: () => promise, leave() {} };
			const reader = await feed.read(wish, room);
			if (reader === undefined) throw new Error("there are too many");
			return new Listener(reader);
		}),
	);
	await ground.clock.runFor(400);
	expect([first?.told, second?.told]).toEqual([[], []]);
	rooms[0]?.resolve(true);
	await ground.clock.runFor(400);
	expect(first?.told.length).toBeGreaterThan(0);
	feed.stop();
	await ground.clock.runFor(1);
	expect(second?.over).toBe("stopping");
});
