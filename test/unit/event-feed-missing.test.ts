/** The feed of events: what readers are told of what they missed. */
import { expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { EVENTS_KEPT_BYTES_MAX } from "../../protocol/limits.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { accepted, Ground, Listener } from "./event-ground.ts";

test("events that are too old are reported as missing, and those that there are follow", async () => {
	const ground = new Ground();
	const listener = await Listener.to(ground.feed());
	await ground.submit(0, "a");
	await ground.clock.runFor(200);
	listener.reader.close();
	await ground.submit(0, "gone");
	ground.shards[0]?.contents.events.lose();
	await ground.submit(0, "b");
	for (const feed of [ground.feed(), ground.feed()]) {
		const again = await Listener.to(feed, listener.id);
		await ground.clock.runFor(400);
		expect(again.lines).toEqual(["trimmed 0", ...accepted("b")]);
		const more = await Listener.to(feed, again.told[0]?.id);
		await ground.clock.runFor(400);
		expect(more.lines).toEqual(accepted("b"));
	}
});

test("a loss of writes is reported to readers and to those who come back, and they go on", async () => {
	const ground = new Ground();
	const [home] = ground.shards;
	await home?.sessions.adopt(NO_GENERATION);
	await ground.submit(0, "kept");
	const image = ground.store.save();
	const here = await Listener.to(ground.feed());
	const away = await Listener.to(ground.feed());
	await ground.submit(0, "lost");
	await ground.clock.runFor(200);
	away.reader.close();
	ground.store.restart(image);
	await home?.sessions.adopt(NO_GENERATION);
	await ground.clock.runFor(200);
	await ground.submit(0, "new");
	const back = await Listener.to(ground.feed(), away.id);
	await ground.clock.runFor(400);
	expect(here.lines).toEqual([
		...[...accepted("lost"), "lost 0", ...accepted("new")],
	]);
	expect(back.lines).toEqual(["lost 0"]);
	expect(away.lines).toEqual(accepted("lost"));
	await ground.submit(0, "newer");
	await ground.clock.runFor(400);
	expect(back.lines).toEqual(["lost 0", ...accepted("newer")]);
});

test("a shard that was opened since, and in which nothing has happened, keeps nobody from what happens in others", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const before = await Listener.to(feed);
	await ground.clock.runFor(200);
	await ground.shards[1]?.sessions.adopt(NO_GENERATION);
	const since = await Listener.to(ground.feed());
	await ground.clock.runFor(200);
	const here = await Listener.to(feed, since.id);
	await ground.submit(0, "a");
	await ground.clock.runFor(1_000);
	for (const { lines } of [before, since, here])
		expect(lines).toEqual(accepted("a"));
	const back = await Listener.to(feed, before.id);
	await ground.submit(1, "b");
	await ground.clock.runFor(1_000);
	for (const { lines } of [before, since, here])
		expect(lines).toEqual(accepted("a", "b"));
	expect(back.lines).toEqual(accepted("b"));
});

test("a store that was restarted and has lost nothing is reported to nobody", async () => {
	const ground = new Ground();
	const [home] = ground.shards;
	await home?.sessions.adopt(NO_GENERATION);
	const listener = await Listener.to(ground.feed());
	await ground.submit(0, "a");
	await ground.clock.runFor(200);
	ground.store.restart();
	await home?.sessions.adopt(NO_GENERATION);
	await ground.submit(0, "b");
	await ground.clock.runFor(400);
	expect(listener.lines).toEqual(accepted("a", "b"));
});

test("while the store is away readers wait, and miss nothing", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const listener = await Listener.to(feed);
	ground.trouble = new StoreError("unreachable", "away");
	await ground.clock.runFor(1_000);
	const late = await Listener.to(feed, listener.id || undefined);
	await ground.submit(0, "a");
	await ground.clock.runFor(1_000);
	ground.trouble = undefined;
	await ground.clock.runFor(1_000);
	for (const { lines } of [listener, late])
		expect(lines).toEqual(accepted("a"));
});

test("a reader that comes first while the store is away is told so", async () => {
	const ground = new Ground();
	ground.trouble = new StoreError("unreachable", "away");
	await expect(Listener.to(ground.feed())).rejects.toThrow("away");
});

test("a reader that takes nothing is left behind, and may go on from where it was", async () => {
	const ground = new Ground();
	const feed = ground.feed();
	const slow = await Listener.to(feed);
	const quick = await Listener.to(feed);
	await ground.submit(0, "first");
	await ground.clock.runFor(200);
	const { promise, resolve } = Promise.withResolvers<void>();
	slow.held = promise;
	// A reader that waits already takes one batch more.
	await ground.submit(0, "second");
	await ground.clock.runFor(200);
	const tags = Array.from({ length: 16 }, (_, i) => `${"x".repeat(60)}${i}`);
	let count = 2;
	for (let bytes = 0; bytes < EVENTS_KEPT_BYTES_MAX * 1.2; bytes += 100_000) {
		const ids = Array.from({ length: 100 }, () => `id-${count++}`);
		await ground.submitAs({ tags }, 1, ...ids);
		await ground.clock.runFor(100);
	}
	expect(slow.reader.over.reason).toBe("slow");
	resolve();
	await ground.clock.runFor(100);
	expect(slow.over).toBe("slow");
	expect(quick.lines).toHaveLength(count);
	const again = await Listener.to(feed, slow.id);
	await ground.clock.runFor(2_000);
	expect(slow.lines.length + again.lines.length).toBe(count);
});
