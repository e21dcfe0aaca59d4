/** How answers leave, by a clock turned by hand: what waits, what does not, and who is cut off. */
import type { Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { expect, test } from "vitest";
import { refusalFor } from "../../node/http/door/refusal.ts";
import {
	CONNECTION_IDLE_MS,
	CUT_OFFS_TOLD_MS,
	READ_PATIENCE_MS,
	UNSENT_BYTES_MAX,
	UNSENT_GRACE_MS,
	UNSENT_PACE_MIN,
	UNSENT_SLICE_BYTES,
	UNSENT_SMALL_BYTES,
	UNSENT_TURN_BYTES,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { LONG, outflowOn } from "../fakes/http-outflow.ts";
import { asReply, FakeReply, requestOf } from "../fakes/http-reply.ts";

test.each(["a", "\u00fc", "\u20ac", "\u{1f600}"])(
	"an answer of many %s goes out unchanged, wherever it is cut",
	async (character) => {
		for (const before of ["", "a"]) {
			const text = before + character.repeat(UNSENT_SLICE_BYTES);
			const { send } = outflowOn(new VirtualClock());
			const { payload } = send(text);
			expect(typeof payload).toBe("object");
			expect(await readAll(payload as Readable)).toBe(text);
		}
	},
);

test("an answer for which there is no room waits until another is out, and a small one does not", async () => {
	const clock = new VirtualClock();
	const { send } = outflowOn(clock);
	const first = send(UNSENT_BYTES_MAX);
	await clock.runFor(1);
	const second = send(LONG);
	const small = send(UNSENT_SMALL_BYTES - 1);
	expect([first, second, small].map(({ isGone }) => isGone)).toEqual([
		true,
		false,
		true,
	]);
	first.reply.close();
	await clock.runFor(0);
	expect(second.isGone).toBe(true);
	expect(first.reply.socket.destroyed).toBe(false);
});

test("an answer that is not taken is cut off when another needs the room, after its time, and counted", async () => {
	const clock = new VirtualClock();
	const { send, told, counts } = outflowOn(clock);
	const slow = send(UNSENT_BYTES_MAX);
	const next = send(LONG);
	await clock.runFor(UNSENT_GRACE_MS - 1);
	expect(next.isGone).toBe(false);
	expect(slow.reply.socket.destroyed).toBe(false);
	await clock.runFor(2);
	expect(slow.reply.socket.destroyed).toBe(true);
	expect(next.isGone).toBe(true);
	slow.reply.close();
	const whole = send(UNSENT_BYTES_MAX);
	expect(whole.isGone).toBe(false);
	next.reply.close();
	await clock.runFor(1);
	expect(whole.isGone).toBe(true);
	expect(counts()).toEqual({ slow: 1, silent: 0 });
	await clock.runFor(CUT_OFFS_TOLD_MS);
	expect(told).toEqual([{ connections: 1 }]);
});

test("a client that takes an answer slowly, but all the time, gets all of it, whoever waits", async () => {
	const clock = new VirtualClock();
	const { send } = outflowOn(clock);
	const slow = send(UNSENT_BYTES_MAX);
	const payload = slow.payload as Readable;
	// Its system takes much at once, and then nothing for a while.
	const atOnce = 40 * UNSENT_SLICE_BYTES;
	let taken = 0;
	const take = () => {
		const slice = payload.read() as string | null;
		taken += slice?.length ?? 0;
		return slice !== null;
	};
	while (taken < atOnce && take());
	const next = send(LONG);
	await clock.runFor(0.9 * READ_PATIENCE_MS);
	const sliceMs = UNSENT_SLICE_BYTES / (1.5 * UNSENT_PACE_MIN);
	while (take()) await clock.runFor(sliceMs);
	expect(taken).toBe(UNSENT_BYTES_MAX);
	expect(slow.reply.socket.destroyed).toBe(false);
	expect(next.isGone).toBe(false);
	slow.reply.close();
	await clock.runFor(0);
	expect(next.isGone).toBe(true);
});

test("the bytes that are begun in one turn of the event loop are bounded", async () => {
	const clock = new VirtualClock();
	const { send } = outflowOn(clock);
	const [first, second] = [send(UNSENT_TURN_BYTES), send(UNSENT_SMALL_BYTES)];
	expect([first.isGone, second.isGone]).toEqual([true, false]);
	await clock.runFor(0);
	expect(second.isGone).toBe(true);
});

test("an answer whose client leaves before there is room is dropped", async () => {
	const clock = new VirtualClock();
	const { send } = outflowOn(clock);
	send(UNSENT_BYTES_MAX);
	const second = send(LONG);
	second.reply.close();
	await clock.runFor(0);
	expect(second.payload).toBe("");
});

test("an answer that its client may not see any more once there is room is a refusal, and takes none", async () => {
	const clock = new VirtualClock();
	const { send, access, outflow } = outflowOn(clock);
	const first = send(UNSENT_BYTES_MAX);
	await clock.runFor(1);
	const second = send(UNSENT_BYTES_MAX);
	access.refusal = refusalFor("revoked");
	first.reply.close();
	await clock.runFor(0);
	expect(second.payload).toContain("was revoked");
	expect(second.reply.statusCode).toBe(401);
	expect(outflow.room.holds(asReply(second.reply).raw)).toBe(false);
});

test("a client that takes nothing of an answer is cut off and counted, and only then", () => {
	const { send, counts } = outflowOn(new VirtualClock());
	const { reply } = send(UNSENT_SMALL_BYTES);
	expect(reply.socket.silences).toEqual([READ_PATIENCE_MS / 2]);
	reply.socket.emit("timeout");
	expect(counts()).toEqual({ slow: 0, silent: 1 });
	reply.close();
	expect(reply.socket.silences.at(-1)).toBe(CONNECTION_IDLE_MS);
	expect(reply.socket.listenerCount("timeout")).toBe(0);
});

test("an answer of a route whose answers have been large is made once there is room, or refused after a while", async () => {
	const clock = new VirtualClock();
	const { outflow, send } = outflowOn(clock);
	const ask = (reply: FakeReply, url: string) =>
		outflow.expect(requestOf(reply, url), asReply(reply));
	send(UNSENT_BYTES_MAX / 2, new FakeReply(), "/large").reply.close();
	send(UNSENT_SMALL_BYTES - 1, new FakeReply(), "/small").reply.close();
	await clock.runFor(1);
	const [first, second] = [new FakeReply(), new FakeReply()];
	expect(ask(first, "/large")).toBe(true);
	await clock.runFor(1);
	expect(ask(second, "/large")).toBe(true);
	await clock.runFor(1);
	const [third, late] = [new FakeReply(), new FakeReply()];
	const waits = ask(third, "/large");
	expect(ask(new FakeReply(), "/small")).toBe(true);
	// The size that it turns out to have is what counts.
	expect(send(10, first, "/large").isGone).toBe(true);
	expect(await waits).toBe(true);
	send(LONG, new FakeReply(), "/long").reply.close();
	await clock.runFor(1);
	const refused = ask(late, "/long");
	await clock.runFor(READ_PATIENCE_MS);
	expect(await refused).toBe(false);
});
