/** Reads of single tasks: what is read at once, what waits for room before it is read, and who goes first. */
import { expect, test } from "vitest";
import { readInto } from "../../node/answers/room-read.ts";
import { CutOffs } from "../../node/http/door/cut-offs.ts";
import { Places, ReadSizes } from "../../node/http/door/places.ts";
import { type Refusal, refusalFor } from "../../node/http/door/refusal.ts";
import { Room } from "../../node/http/door/room.ts";
import { TaskReads } from "../../node/http/door/task-reads.ts";
import { Turn } from "../../node/http/door/turn.ts";
import type { ReaderPlace } from "../../node/ports.ts";
import {
	READ_BYTES,
	READ_PATIENCE_MS,
	UNSENT_BYTES_MAX,
	UNSENT_DONE_BYTES_MAX,
	UNSENT_MIDDLE_BYTES,
	UNSENT_SHORT_BYTES,
	UNSENT_SHORT_BYTES_MAX,
	UNSENT_SMALL_BYTES,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { asReply, FakeReply, requestOf } from "../fakes/http-reply.ts";
import { readWithin } from "../fakes/task-read.ts";
import { newRecord } from "../fakes/task-record.ts";
import { newTask } from "../new-task.ts";

const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const payloadOf = (bytes: number) => JSON.stringify("x".repeat(bytes));
const SMALL = "1";
/** A payload that is not small, and yet is read without asking how large it is. */
const MIDDLE = payloadOf(READ_BYTES / 2);
/** A payload so large that its answer is not short. */
const LARGE = payloadOf(UNSENT_MIDDLE_BYTES);

/** Reads with so many places. */
function readsOn(clock: VirtualClock, max: number) {
	const room = new Room(clock, new Turn(clock), new CutOffs(clock, log));
	const places = new Places(clock, { max }, 100);
	const access = { refusal: undefined as Refusal | undefined };
	const refusal = () => access.refusal;
	const reads = new TaskReads(places, new ReadSizes(), room, refusal);
	return {
		...{ reads, access },
		/** Takes the room for such answers, until what this returns is closed. */
		fill(bytes = UNSENT_BYTES_MAX, method = "GET") {
			const fill = new FakeReply();
			room.enter(requestOf(fill, "/a", method), asReply(fill), bytes);
			return fill;
		},
	};
}

/** A task with this payload, and how often its size was read, and how often the whole. */
function taskOf(payload: string) {
	const seen = { sizes: 0, reads: 0, found: "waits" as string | undefined };
	const record = newRecord(newTask("a", { payload }), 1, 0);
	const readBy = async (place: ReaderPlace) => {
		const found = await readInto(place, async (bytesMax) => {
			const read = readWithin(record, bytesMax);
			if (read !== undefined && "bytes" in read) seen.sizes += 1;
			else seen.reads += 1;
			return read;
		});
		seen.found = found?.record?.payload;
	};
	return { seen, readBy };
}

/** A reader of a task with this payload, on a connection of its own. */
function readerOf(reads: TaskReads, payload: string) {
	const reply = new FakeReply();
	const { seen, readBy } = taskOf(payload);
	const done = (async () => {
		if (!(await reads.enter(asReply(reply)))) return;
		await readBy(reads.placeOf(requestOf(reply), asReply(reply)));
		reads.leave(asReply(reply));
	})();
	return { reply, seen, done };
}

/** A request that changes such a task. */
function wisherOf(reads: TaskReads, payload: string) {
	const reply = new FakeReply();
	const { seen, readBy } = taskOf(payload);
	const request = requestOf(reply, "/a", "POST");
	const done = readBy(reads.wishOf(request, asReply(reply)));
	return { reply, seen, done };
}

test("a large task for which there is no room is not read before there is; small ones do not wait", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 1);
	const full = fill();
	const large = readerOf(reads, LARGE);
	await clock.runFor(1);
	expect(large.seen).toEqual({ sizes: 1, reads: 0, found: "waits" });
	const small = readerOf(reads, SMALL);
	await clock.runFor(1);
	expect(small.seen).toEqual({ sizes: 0, reads: 1, found: SMALL });
	full.close();
	await clock.runFor(1);
	expect(large.seen).toEqual({ sizes: 1, reads: 1, found: LARGE });
});

test("a task that is not large is read in one step, and while answers wait for room its size is asked for", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 9);
	const first = readerOf(reads, MIDDLE);
	await first.done;
	expect(first.seen).toEqual({ sizes: 0, reads: 1, found: MIDDLE });
	first.reply.close();
	const full = fill(UNSENT_SHORT_BYTES);
	for (let bytes = UNSENT_SHORT_BYTES; bytes < UNSENT_SHORT_BYTES_MAX; ) {
		await clock.runFor(0);
		fill(UNSENT_SHORT_BYTES);
		bytes += UNSENT_SHORT_BYTES;
	}
	const second = readerOf(reads, MIDDLE);
	const small = readerOf(reads, payloadOf(UNSENT_SMALL_BYTES / 2));
	await clock.runFor(1);
	expect(second.seen).toEqual({ sizes: 1, reads: 0, found: "waits" });
	expect(small.seen).toMatchObject({ sizes: 0, reads: 1 });
	full.close();
	await clock.runFor(1);
	expect(second.seen).toEqual({ sizes: 1, reads: 1, found: MIDDLE });
});

test("a large task that finds no room for too long is given up", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 1);
	fill();
	const large = readerOf(reads, LARGE);
	await clock.runFor(READ_PATIENCE_MS);
	await large.done;
	expect(large.seen).toEqual({ sizes: 1, reads: 0, found: undefined });
});

test("a task that grows while it waits for room waits for as much as it has by then", async () => {
	const clock = new VirtualClock();
	const { reads } = readsOn(clock, 1);
	const reply = new FakeReply();
	const place = reads.placeOf(requestOf(reply), asReply(reply));
	const asked: number[] = [];
	const sizes = [READ_BYTES + 1, 2 * READ_BYTES, 3 * READ_BYTES];
	const done = readInto(place, async (bytesMax) => {
		asked.push(bytesMax);
		const bytes = sizes.shift();
		return bytes === undefined ? undefined : { bytes, isEnded: true };
	});
	await clock.runFor(10);
	expect(await done).toEqual({ record: undefined });
	expect(asked).toEqual([
		...[READ_BYTES, READ_BYTES + 1, 2 * READ_BYTES, 3 * READ_BYTES],
	]);
});

test("a task keeps room for as many bytes as it has, whatever its letters", async () => {
	const asked: number[] = [];
	const place = {
		bytesMax: 0,
		leave() {},
		reaches: () => true,
		enter(bytes: number) {
			asked.push(bytes);
			place.bytesMax = bytes;
			return true;
		},
	} satisfies ReaderPlace;
	const text = JSON.stringify("€".repeat(READ_BYTES));
	const error = { code: "timeout" as const, message: text };
	for (const texts of [{ payload: text }, { result: text }, { error }]) {
		const record = { ...newRecord(newTask("a"), 1, 0), ...texts };
		asked.length = 0;
		await readInto(place, async (bytesMax) => readWithin(record, bytesMax));
		expect(asked).toHaveLength(2);
		expect(asked[1]).toBeGreaterThanOrEqual(3 * READ_BYTES);
		place.bytesMax = 0;
	}
});

test("what was read while there was no place is read again once there is one, unless it is small", async () => {
	const clock = new VirtualClock();
	const { reads } = readsOn(clock, 1);
	const other = new FakeReply();
	expect(await reads.enter(asReply(other))).toBe(true);
	const late = new FakeReply();
	const { seen, readBy } = taskOf(MIDDLE);
	const done = readBy(reads.placeOf(requestOf(late), asReply(late)));
	const small = taskOf(SMALL);
	void small.readBy(reads.placeOf(requestOf(late), asReply(late)));
	await clock.runFor(1);
	expect(small.seen).toMatchObject({ reads: 1, found: SMALL });
	expect(seen).toMatchObject({ reads: 1, found: "waits" });
	reads.leave(asReply(other));
	await clock.runFor(1);
	await done;
	expect(seen).toMatchObject({ reads: 2, found: MIDDLE });
});

test("large tasks for which there is room go after others to a place", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 1);
	const full = fill();
	const heavy = [0, 1, 2].map(() => readerOf(reads, LARGE));
	await clock.runFor(1);
	const holder = new FakeReply();
	expect(await reads.enter(asReply(holder))).toBe(true);
	full.close();
	await clock.runFor(1);
	const light = readerOf(reads, SMALL);
	const order: string[] = [];
	for (const { done } of heavy) void done.then(() => order.push("heavy"));
	void light.done.then(() => order.push("light"));
	await clock.runFor(1);
	reads.leave(asReply(holder));
	await clock.runFor(10);
	expect(order).toEqual(["light", "heavy", "heavy", "heavy"]);
});

test("a task that is changed is read once there is room for the answer, however long that takes, and a small one at once", async () => {
	const clock = new VirtualClock();
	const { reads, fill } = readsOn(clock, 1);
	const full = fill(UNSENT_DONE_BYTES_MAX, "POST");
	const [large, gone] = [wisherOf(reads, LARGE), wisherOf(reads, LARGE)];
	const small = wisherOf(reads, SMALL);
	await clock.runFor(2 * READ_PATIENCE_MS);
	expect(small.seen).toEqual({ sizes: 0, reads: 1, found: SMALL });
	expect(large.seen).toEqual({ sizes: 1, reads: 0, found: "waits" });
	gone.reply.close();
	await clock.runFor(1);
	expect(gone.seen).toEqual({ sizes: 1, reads: 0, found: undefined });
	full.close();
	await clock.runFor(1);
	expect(large.seen).toEqual({ sizes: 1, reads: 1, found: LARGE });
});

test("an asker that may no longer be answered when there is room is told why", async () => {
	const clock = new VirtualClock();
	const { reads, access, fill } = readsOn(clock, 9);
	const [full, done] = [fill(), fill(UNSENT_DONE_BYTES_MAX, "POST")];
	const waiting = [readerOf(reads, LARGE), wisherOf(reads, LARGE)];
	await clock.runFor(1);
	access.refusal = refusalFor("revoked");
	for (const each of [full, done]) each.close();
	await clock.runFor(1);
	for (const { seen } of waiting)
		expect(seen).toEqual({ sizes: 1, reads: 0, found: undefined });
	const told = new FakeReply();
	reads.refuse(requestOf(told), asReply(told));
	expect([told.statusCode, told.sent]).toEqual([
		...[401, expect.stringContaining("was revoked")],
	]);
});
