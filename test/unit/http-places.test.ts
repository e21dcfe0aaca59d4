/** Places to read, by a clock turned by hand: who waits, and who waits too long. */
import { expect, test } from "vitest";
import { Places, ReadSizes } from "../../node/http/door/places.ts";
import {
	READ_PATIENCE_MS,
	READS_BYTES_MAX,
	READS_MAX,
	READS_MIN,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { asReply, FakeReply } from "../fakes/http-reply.ts";

const MAX = 4;

const enter = async (places: Places, fake: FakeReply) =>
	places.enter(asReply(fake));

async function fill(places: Places): Promise<FakeReply[]> {
	const replies = Array.from({ length: MAX }, () => new FakeReply());
	for (const reply of replies) expect(await enter(places, reply)).toBe(true);
	return replies;
}

test("a request that waits too long for a place is refused, and so is one that comes when many wait", async () => {
	const clock = new VirtualClock();
	const places = new Places(clock, { max: MAX }, 1);
	await fill(places);
	const reply = new FakeReply();
	const entered = enter(places, reply);
	expect(await enter(places, new FakeReply())).toBe(false);
	await clock.runFor(READ_PATIENCE_MS);
	expect(await entered).toBe(false);
	expect(reply.raw.eventNames()).toEqual([]);
});

test("a place that is passed on to a request that goes in that instant is not lost", async () => {
	const clock = new VirtualClock();
	const places = new Places(clock, { max: MAX }, 2);
	const holders = await fill(places);
	const [gone, next] = [new FakeReply(), new FakeReply()];
	const entered = [enter(places, gone), enter(places, next)];
	holders[0]?.close();
	gone.close();
	await clock.runFor(1);
	expect(await Promise.all(entered)).toEqual([false, true]);
	const late = new FakeReply();
	late.close();
	expect(await enter(places, late)).toBe(false);
});

test("a place is taken once and given back once, and requests that wait go before new ones", async () => {
	const clock = new VirtualClock();
	const places = new Places(clock, { max: 1 }, 2);
	const [first, second] = [new FakeReply(), new FakeReply()];
	expect(await enter(places, first)).toBe(true);
	expect(await enter(places, first)).toBe(true);
	const entered = enter(places, second);
	places.leave(asReply(first));
	const third = enter(places, new FakeReply());
	await clock.runFor(1);
	expect(await entered).toBe(true);
	places.leave(asReply(first));
	first.close();
	await clock.runFor(1);
	expect(await Promise.race([third, "waits"])).toBe("waits");
	places.leave(asReply(second));
	await clock.runFor(1);
	expect(await third).toBe(true);
});

test("the larger tasks have been lately, the fewer are read at once", () => {
	const sizes = new ReadSizes();
	expect(sizes.max).toBe(READS_MAX);
	sizes.learn(READS_BYTES_MAX / 16);
	expect(sizes.max).toBe(16);
	sizes.learn(READS_BYTES_MAX);
	expect(sizes.max).toBe(READS_MIN);
	for (let i = 0; i < 100; i++) sizes.learn(100);
	expect(sizes.max).toBe(READS_MAX);
});

test("a request that waits goes on as soon as there are more places", async () => {
	const clock = new VirtualClock();
	const number = { max: 1 };
	const places = new Places(clock, number, MAX);
	const [first, ...others] = [0, 1, 2].map(() => new FakeReply());
	if (first === undefined) throw new Error("there is none");
	expect(await enter(places, first)).toBe(true);
	const entered = others.map((reply) => enter(places, reply));
	number.max = 2;
	places.leave(asReply(first));
	await clock.runFor(1);
	expect(await Promise.all(entered)).toEqual([true, true]);
});
