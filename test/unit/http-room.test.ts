/** Room for answers, by a clock turned by hand: short and long ones, slow clients, and how large answers may be. */
import type { Readable } from "node:stream";
import { expect, test } from "vitest";
import {
	BODY_LARGE_BYTES,
	BODY_SMALL_BYTES,
	READ_PATIENCE_MS,
	STATUS_ALL_BYTES_MAX,
	UNSENT_BYTES_MAX,
	UNSENT_GRACE_MS,
	UNSENT_ITEM_BYTES,
	UNSENT_ITEMS_BYTES,
	UNSENT_ITEMS_BYTES_MAX,
	UNSENT_MANY_ITEMS_BYTES_MAX,
	UNSENT_MIDDLE_BYTES,
	UNSENT_PACE_MIN,
	UNSENT_SHORT_BYTES,
	UNSENT_SHORT_BYTES_MAX,
	UNSENT_SMALL_BYTES,
	UNSENT_UNKNOWN_BYTES,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { LONG, outflowOn, type Sent } from "../fakes/http-outflow.ts";
import { asReply, FakeReply, requestOf } from "../fakes/http-reply.ts";

test("a short answer does not wait for a long one, whoever takes that and whoever waits for it", async () => {
	const clock = new VirtualClock();
	const { send } = outflowOn(clock);
	send(UNSENT_BYTES_MAX);
	await clock.runFor(0);
	const long = send(LONG);
	const short = send(UNSENT_SHORT_BYTES);
	await clock.runFor(0);
	expect([long.isGone, short.isGone]).toEqual([false, true]);
});

test("a long answer does not wait for short ones, and short ones are bounded too", async () => {
	const clock = new VirtualClock();
	const { send, sendAll } = outflowOn(clock);
	const count = UNSENT_SHORT_BYTES_MAX / UNSENT_SHORT_BYTES;
	const sent = await sendAll(...Array(count).fill(UNSENT_SHORT_BYTES));
	expect(sent.every(({ isGone }) => isGone)).toBe(true);
	const [short, long] = [send(UNSENT_SMALL_BYTES), send(LONG)];
	await clock.runFor(0);
	expect([short.isGone, long.isGone]).toEqual([false, true]);
	sent[0]?.reply.close();
	await clock.runFor(0);
	expect(short.isGone).toBe(true);
});

test("neither answers in between nor others of its size wait for one that is as long as can be", async () => {
	const clock = new VirtualClock();
	const { send, sendAll } = outflowOn(clock);
	await sendAll(STATUS_ALL_BYTES_MAX);
	const sent = await sendAll(UNSENT_MIDDLE_BYTES, STATUS_ALL_BYTES_MAX);
	expect(sent.map(({ isGone }) => isGone)).toEqual([true, true]);
	const [long, middle] = [send(LONG), send(UNSENT_MIDDLE_BYTES)];
	await clock.runFor(0);
	expect([long.isGone, middle.isGone]).toEqual([false, true]);
});

test("a client that takes most of an answer at once, and then a trickle, is cut off in favour of others", async () => {
	const clock = new VirtualClock();
	const { send } = outflowOn(clock);
	const { payload, reply } = send(UNSENT_BYTES_MAX);
	const take = () => ((payload as Readable).read() as string | null)?.length;
	for (let taken = 0; taken < 0.9 * UNSENT_BYTES_MAX; ) taken += take() ?? 0;
	const next = send(LONG);
	while (clock.monoMs() < 3 * READ_PATIENCE_MS)
		await clock.runFor((take() ?? 0) / (UNSENT_PACE_MIN / 2));
	expect(reply.socket.destroyed).toBe(true);
	expect(next.isGone).toBe(true);
});

test("an answer behind another of its connection is not slow before it can be taken, but does not keep the room either", async () => {
	const clock = new VirtualClock();
	const { send, sendAll } = outflowOn(clock);
	const behind = new FakeReply();
	behind.raw.socket = null;
	send(UNSENT_BYTES_MAX, behind);
	const next = send(LONG);
	await clock.runFor(READ_PATIENCE_MS - UNSENT_GRACE_MS);
	expect(behind.socket.destroyed).toBe(false);
	behind.raw.socket = behind.socket;
	await clock.runFor(UNSENT_GRACE_MS);
	expect(behind.socket.destroyed).toBe(false);
	await clock.runFor(UNSENT_GRACE_MS);
	expect(behind.socket.destroyed).toBe(true);
	expect(next.isGone).toBe(true);
	next.reply.close();
	const forever = new FakeReply();
	forever.raw.socket = null;
	send(UNSENT_BYTES_MAX, forever);
	const [last] = await sendAll(LONG);
	await clock.runFor(READ_PATIENCE_MS + UNSENT_GRACE_MS);
	expect(forever.socket.destroyed).toBe(true);
	expect(last?.isGone).toBe(true);
});

test("an answer that is much larger than was expected waits if there is no room", async () => {
	const clock = new VirtualClock();
	const { outflow, send } = outflowOn(clock);
	const replies = Array.from({ length: 100 }, () => new FakeReply());
	for (const reply of replies) {
		expect(outflow.expect(requestOf(reply), asReply(reply))).toBe(true);
		await clock.runFor(0);
	}
	const sent: Sent[] = [];
	for (const reply of replies) {
		sent.push(send(2 * LONG, reply));
		await clock.runFor(0);
	}
	const gone = sent.filter(({ isGone }) => isGone);
	expect(gone.length).toBe(Math.floor(UNSENT_BYTES_MAX / (2 * LONG)));
	// A little more makes no difference.
	const [reply, more] = [new FakeReply(), UNSENT_UNKNOWN_BYTES];
	expect(outflow.expect(requestOf(reply, "/b"), asReply(reply))).toBe(true);
	expect(send(more + UNSENT_UNKNOWN_BYTES, reply, "/b").isGone).toBe(true);
});

test("the next answer of a route is not expected to be small because the last one was", async () => {
	const clock = new VirtualClock();
	const { outflow, send } = outflowOn(clock);
	send(2 * LONG, new FakeReply(), "/a").reply.close();
	send(10, new FakeReply(), "/a").reply.close();
	await clock.runFor(0);
	send(UNSENT_BYTES_MAX, new FakeReply(), "/b");
	await clock.runFor(0);
	const reply = new FakeReply();
	expect(outflow.expect(requestOf(reply), asReply(reply))).not.toBe(true);
});

test("a route that only refuses is known by its refusals", async () => {
	const clock = new VirtualClock();
	const { outflow, send, sendAll } = outflowOn(clock);
	const [first, next] = [new FakeReply(), new FakeReply()];
	first.statusCode = 503;
	expect(outflow.expect(requestOf(first, "/b"), asReply(first))).toBe(true);
	send(10, first, "/b");
	const count = UNSENT_SHORT_BYTES_MAX / UNSENT_SHORT_BYTES;
	const shorts = Array(count).fill(UNSENT_SHORT_BYTES);
	await sendAll(UNSENT_BYTES_MAX, ...shorts);
	expect(outflow.expect(requestOf(next, "/b"), asReply(next))).toBe(true);
});

test("what was done is answered at once, room or not, and one with many items is begun once there is room", async () => {
	const clock = new VirtualClock();
	const { outflow, send, sendAll, counts } = outflowOn(clock);
	const post = (bytes: number) =>
		send(bytes, new FakeReply(), "/tasks", "POST");
	await sendAll(UNSENT_BYTES_MAX);
	const acks = Array(5).fill(UNSENT_ITEMS_BYTES).map(post);
	expect(acks.every(({ isGone }) => isGone)).toBe(true);
	await clock.runFor(0);
	const begin = (bodyBytes: number, items: number) => {
		const reply = new FakeReply();
		const said = { bodyBytes, items };
		const request = requestOf(reply, "/tasks", "POST");
		return outflow.mayBegin(request, asReply(reply), said);
	};
	const few = UNSENT_SMALL_BYTES / UNSENT_ITEM_BYTES - 1;
	expect(begin(BODY_SMALL_BYTES, few)).toBe(true);
	expect(begin(BODY_LARGE_BYTES, 1)).toBe(true);
	const uncounted = begin(BODY_LARGE_BYTES + 1, 1);
	const many = begin(BODY_SMALL_BYTES, few + 1);
	for (const each of [uncounted, many]) expect(each).not.toBe(true);
	// Nobody else needs what they have, but there is too much of it.
	await clock.runFor(UNSENT_GRACE_MS);
	expect(await uncounted).toBe(true);
	expect(await many).toBe(true);
	expect(counts()).toMatchObject({ slow: 2 });
});

test("neither a request that changes one task nor a short array waits behind arrays that find no room", async () => {
	const clock = new VirtualClock();
	const { outflow } = outflowOn(clock);
	const post = () => {
		const reply = new FakeReply();
		const request = requestOf(reply, "/tasks", "POST");
		const begin = (items: number) =>
			outflow.mayBegin(request, asReply(reply), {
				...{ bodyBytes: BODY_SMALL_BYTES + 1, items },
			});
		const enter = (bytes: number) =>
			outflow.room.enter(request, asReply(reply), bytes);
		return { reply, begin, enter };
	};
	const items = 45_000;
	const [first, second] = [post(), post()];
	expect(first.begin(items)).toBe(true);
	await clock.runFor(1);
	const waits = second.begin(items);
	expect(waits).not.toBe(true);
	expect(post().begin(1)).toBe(true);
	expect(post().begin(1_000)).toBe(true);
	// A task that is cancelled, and is answered with.
	expect(post().enter(UNSENT_UNKNOWN_BYTES)).toBe(true);
	first.reply.close();
	expect(await waits).toBe(true);
});

test("an answer that turns out longer than short arrays have takes none of their room", async () => {
	const clock = new VirtualClock();
	const { outflow, send } = outflowOn(clock);
	const begin = (reply: FakeReply, items: number) =>
		outflow.mayBegin(requestOf(reply, "/tasks", "POST"), asReply(reply), {
			...{ bodyBytes: BODY_SMALL_BYTES, items },
		});
	const long = new FakeReply();
	expect(begin(long, 1_000)).toBe(true);
	send(UNSENT_MANY_ITEMS_BYTES_MAX, long, "/tasks", "POST");
	await clock.runFor(1);
	expect(begin(new FakeReply(), 1_000)).toBe(true);
	expect(begin(new FakeReply(), 10_000)).not.toBe(true);
});

test("requests with small bodies of many items are begun as their answers find room", async () => {
	const clock = new VirtualClock();
	const { outflow } = outflowOn(clock);
	const items = 600;
	const fit = Math.floor(UNSENT_ITEMS_BYTES_MAX / (items * UNSENT_ITEM_BYTES));
	const replies = Array.from({ length: 2 * fit }, () => new FakeReply());
	let begun = 0;
	for (const reply of replies) {
		const request = requestOf(reply, "/tasks", "POST");
		const said = { bodyBytes: BODY_SMALL_BYTES, items };
		void Promise.resolve(outflow.mayBegin(request, asReply(reply), said)).then(
			(may) => {
				if (may) begun += 1;
			},
		);
	}
	await clock.runFor(1);
	expect(begun).toBe(fit);
	for (const reply of replies.slice(0, 3)) reply.close();
	await clock.runFor(1);
	expect(begun).toBe(fit + 3);
});

test("an answer that turns out smaller than it was counted makes room at once", async () => {
	const clock = new VirtualClock();
	const { outflow, send } = outflowOn(clock);
	const { room } = outflow;
	const replies: FakeReply[] = [];
	const enter = (reply: FakeReply, bytes: number) =>
		room.enter(requestOf(reply), asReply(reply), bytes);
	for (
		let held = 0;
		held < UNSENT_SHORT_BYTES_MAX;
		held += UNSENT_SHORT_BYTES
	) {
		const reply = new FakeReply();
		expect(enter(reply, UNSENT_SHORT_BYTES)).toBe(true);
		replies.push(reply);
		await clock.runFor(0);
	}
	const [first, second] = replies;
	if (first === undefined || second === undefined) throw new Error("too few");
	const next = send(UNSENT_SHORT_BYTES / 2);
	room.sent(asReply(first).raw, UNSENT_SHORT_BYTES / 2);
	await clock.runFor(0);
	expect(next.isGone).toBe(true);
	const last = send(UNSENT_SHORT_BYTES / 2);
	enter(second, UNSENT_SHORT_BYTES / 2);
	await clock.runFor(0);
	expect(last.isGone).toBe(true);
});
