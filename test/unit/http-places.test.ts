/**
 * Places to read and room to answer, by a clock turned by hand: who waits too long, who is cut off.
 */
import { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import type { FastifyInstance, FastifyReply } from "fastify";
import { expect, test, vi } from "vitest";
import { Outflow } from "../../node/http/door/outflow.ts";
import { Places } from "../../node/http/door/places.ts";
import {
	CONNECTION_IDLE_MS,
	READ_PATIENCE_MS,
	UNSENT_BYTES_MAX,
	UNSENT_GRACE_MS,
	UNSENT_SLICE_BYTES,
	UNSENT_SMALL_BYTES,
	UNSENT_TURN_BYTES,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

const MAX = 4;

class FakeSocket {
	destroyed = false;
	/** The limits that were set on its silence, in order. */
	readonly silences: number[] = [];

	setTimeout(ms: number): void {
		this.silences.push(ms);
	}

	destroy(): void {
		this.destroyed = true;
	}
}

class FakeReply {
	readonly socket = new FakeSocket();
	readonly raw = Object.assign(new EventEmitter(), { closed: false });

	header(): this {
		return this;
	}

	close(): void {
		this.raw.closed = true;
		this.raw.emit("close");
	}
}

const asReply = (fake: FakeReply) => fake as unknown as FastifyReply;
const enter = async (places: Places, fake: FakeReply) =>
	places.enter(asReply(fake));

async function fill(places: Places): Promise<FakeReply[]> {
	const replies = Array.from({ length: MAX }, () => new FakeReply());
	for (const reply of replies) expect(await enter(places, reply)).toBe(true);
	return replies;
}

test("a request that waits too long for a place is refused, and so is one that comes when many wait", async () => {
	const clock = new VirtualClock();
	const places = new Places(clock, MAX, 1);
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
	const places = new Places(clock, MAX, 2);
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
	const places = new Places(clock, 1, 2);
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

/** What an outflow does with answers of so many bytes. */
function outflowOn(clock: VirtualClock) {
	type Hook = (
		request: object,
		reply: object,
		text: string,
		go: () => void,
	) => void;
	let hook: Hook = () => {};
	const app = { addHook: (_name: string, added: Hook) => (hook = added) };
	new Outflow(clock).watch(app as unknown as FastifyInstance);
	return (bytes: number) => {
		const reply = new FakeReply();
		const sent = { reply, isGone: false };
		const request = { raw: { socket: reply.socket } };
		hook(request, reply, "x".repeat(bytes), () => {
			sent.isGone = true;
		});
		return sent;
	};
}

test.each(["a", "\u00fc", "\u20ac", "\u{1f600}"])(
	"an answer of many %s goes out as it is, whatever is cut where",
	async (character) => {
		for (const before of ["", "a"]) {
			const text = before + character.repeat(UNSENT_SLICE_BYTES);
			const out = Promise.withResolvers<Readable>();
			const watched = { addHook: vi.fn() };
			new Outflow(new VirtualClock()).watch(
				watched as unknown as FastifyInstance,
			);
			const reply = new FakeReply();
			const request = { raw: { socket: reply.socket } };
			const done = (_error: null, sent: Readable) => out.resolve(sent);
			watched.addHook.mock.calls[0]?.[1](request, reply, text, done);
			expect(await readAll(await out.promise)).toBe(text);
		}
	},
);

test("an answer for which there is no room waits until another is out", async () => {
	const clock = new VirtualClock();
	const send = outflowOn(clock);
	const first = send(UNSENT_BYTES_MAX);
	await clock.runFor(1);
	const second = send(UNSENT_SMALL_BYTES);
	const small = send(UNSENT_SMALL_BYTES - 1);
	expect([first, second, small].map(({ isGone }) => isGone)).toEqual([
		true,
		false,
		true,
	]);
	first.reply.close();
	expect(second.isGone).toBe(true);
	expect(first.reply.socket.destroyed).toBe(false);
});

test("an answer that is not taken is cut off when another needs the room, after its time", async () => {
	const clock = new VirtualClock();
	const send = outflowOn(clock);
	const slow = send(UNSENT_BYTES_MAX);
	const next = send(UNSENT_SMALL_BYTES);
	await clock.runFor(UNSENT_GRACE_MS - 1);
	expect(next.isGone).toBe(false);
	expect(slow.reply.socket.destroyed).toBe(false);
	await clock.runFor(2);
	expect(slow.reply.socket.destroyed).toBe(true);
	expect(next.isGone).toBe(true);
	slow.reply.close();
	const whole = send(UNSENT_BYTES_MAX);
	expect(whole.isGone).toBe(false);
	await clock.runFor(1);
	next.reply.close();
	expect(whole.isGone).toBe(true);
});

test("what is sent in one turn of the event loop is bounded", async () => {
	const clock = new VirtualClock();
	const send = outflowOn(clock);
	const [first, second] = [send(UNSENT_TURN_BYTES), send(UNSENT_SMALL_BYTES)];
	expect([first.isGone, second.isGone]).toEqual([true, false]);
	await clock.runFor(0);
	expect(second.isGone).toBe(true);
});

test("an answer whose client goes before there is room is let go", () => {
	const send = outflowOn(new VirtualClock());
	send(UNSENT_BYTES_MAX);
	const second = send(UNSENT_SMALL_BYTES);
	second.reply.close();
	expect(second.isGone).toBe(true);
});

test("a client that takes nothing of an answer is cut off, and only then", () => {
	const { reply } = outflowOn(new VirtualClock())(UNSENT_SMALL_BYTES);
	expect(reply.socket.silences).toEqual([READ_PATIENCE_MS / 2]);
	reply.close();
	expect(reply.socket.silences.at(-1)).toBe(CONNECTION_IDLE_MS);
});
