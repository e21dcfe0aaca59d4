/** Reads of single tasks: what is made at once, what is dropped and read again, and who goes first. */
import { expect, test } from "vitest";
import { CutOffs } from "../../node/http/door/cut-offs.ts";
import { Places, ReadSizes } from "../../node/http/door/places.ts";
import { Room } from "../../node/http/door/room.ts";
import { TaskReads } from "../../node/http/door/task-reads.ts";
import { Turn } from "../../node/http/door/turn.ts";
import {
	READ_PATIENCE_MS,
	UNSENT_BYTES_MAX,
	UNSENT_SHORT_BYTES,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { asReply, FakeReply, requestOf } from "../fakes/http-reply.ts";
import { newRecord } from "../fakes/task-record.ts";

const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const SMALL = "1";
/** So large that it is no short answer. */
const LARGE = `"${"x".repeat(UNSENT_SHORT_BYTES)}"`;

/** With so many places. */
function readsOn(clock: VirtualClock, max: number) {
	const room = new Room(clock, new Turn(clock), new CutOffs(clock, log));
	const places = new Places(clock, { max }, 100);
	const reads = new TaskReads(places, new ReadSizes(), room);
	const fill = new FakeReply();
	return {
		reads,
		/** From now on there is no room, until this is closed. */
		fill() {
			room.enter(requestOf(fill), asReply(fill), UNSENT_BYTES_MAX);
			return fill;
		},
	};
}

/** A reader of a task with this payload, on a connection of its own, and how often it has read. */
function readerOf(reads: TaskReads, payload: string, reply = new FakeReply()) {
	const seen = { times: 0, found: "waits" as string | undefined };
	const request = requestOf(reply);
	Object.assign(reply, { request });
	const read = async () => {
		seen.times += 1;
		return newRecord(
			{
				...{ id: "a", route: "default t", priority: 0, options: {} },
				payload,
			} as Parameters<typeof newRecord>[0],
			1,
			0,
		);
	};
	const done = (async () => {
		if (!(await reads.enter(asReply(reply)))) return;
		const found = await reads.settle(request, asReply(reply), read);
		seen.found = found?.record?.payload;
		reads.leave(asReply(reply));
	})();
	return { reply, seen, done };
}

test("a large task for which there is no room is dropped, and read again once there is; small ones do not wait", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 1);
	const full = fill();
	const large = readerOf(reads, LARGE);
	await clock.runFor(1);
	expect(large.seen).toEqual({ times: 1, found: "waits" });
	const small = readerOf(reads, SMALL);
	await clock.runFor(1);
	expect(small.seen).toEqual({ times: 1, found: SMALL });
	full.close();
	await clock.runFor(1);
	expect(large.seen).toEqual({ times: 2, found: LARGE });
});

test("a large task that finds no room for too long is given up", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 1);
	fill();
	const large = readerOf(reads, LARGE);
	await clock.runFor(READ_PATIENCE_MS);
	await large.done;
	expect(large.seen).toEqual({ times: 1, found: undefined });
});

test("what was read while there was no place is read again once there is one", async () => {
	const clock = new VirtualClock();
	const { reads } = readsOn(clock, 1);
	const [other, late] = [new FakeReply(), new FakeReply()];
	Object.assign(other, { request: requestOf(other) });
	Object.assign(late, { request: requestOf(late) });
	expect(await reads.enter(asReply(other))).toBe(true);
	let times = 0;
	const found = reads.settle(requestOf(late), asReply(late), async () => {
		times += 1;
		return undefined;
	});
	await clock.runFor(1);
	expect(times).toBe(1);
	reads.leave(asReply(other));
	await clock.runFor(1);
	expect(await found).toEqual({ record: undefined });
	expect(times).toBe(2);
});

test("connections that were given large tasks go after others", async () => {
	const clock = new VirtualClock();
	const { reads } = readsOn(clock, 1);
	const heavy = [0, 1, 2].map(() => readerOf(reads, LARGE));
	await clock.runFor(1);
	await Promise.all(heavy.map(({ done }) => done));
	const [first] = heavy;
	if (first === undefined) throw new Error("there is none");
	const order: string[] = [];
	const holder = new FakeReply();
	Object.assign(holder, { request: requestOf(holder) });
	expect(await reads.enter(asReply(holder))).toBe(true);
	for (const { reply } of heavy) {
		const next = Object.assign(new FakeReply(), { socket: reply.socket });
		void readerOf(reads, LARGE, next).done.then(() => order.push("heavy"));
	}
	await clock.runFor(1);
	void readerOf(reads, SMALL).done.then(() => order.push("light"));
	await clock.runFor(1);
	reads.leave(asReply(holder));
	await clock.runFor(10);
	expect(order[0]).toBe("light");
	expect(order).toHaveLength(4);
});
