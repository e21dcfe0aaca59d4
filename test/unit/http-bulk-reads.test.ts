/**
 * Bulk reads by a clock turned by hand: who waits too long, who takes nothing.
 */
import { EventEmitter } from "node:events";
import type { FastifyReply } from "fastify";
import { expect, test } from "vitest";
import { BulkReads, sendBulk } from "../../node/http/bulk-reads.ts";
import {
	BULK_READ_PATIENCE_MS,
	BULK_READS_MAX,
	CONNECTION_IDLE_MS,
} from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";

class FakeRaw extends EventEmitter {
	closed = false;
	/** The limits that were set on the silence of the socket, in order. */
	readonly silences: number[] = [];
	readonly socket = { setTimeout: (ms: number) => this.silences.push(ms) };

	close(): void {
		this.closed = true;
		this.emit("close");
	}
}

/** A reply, as far as it is asked for its connection and sends. */
class FakeReply {
	readonly raw = new FakeRaw();

	code(): this {
		return this;
	}

	header(): this {
		return this;
	}

	send(): this {
		return this;
	}
}

const asReply = (fake: FakeReply) => fake as unknown as FastifyReply;
const enter = (reads: BulkReads, fake: FakeReply) => reads.enter(asReply(fake));

async function fill(reads: BulkReads): Promise<FakeReply[]> {
	const replies = Array.from({ length: BULK_READS_MAX }, () => new FakeReply());
	for (const reply of replies) expect(await enter(reads, reply)).toBe(true);
	return replies;
}

test("who waits too long for a place is refused", async () => {
	const clock = new VirtualClock();
	const reads = new BulkReads(clock);
	await fill(reads);
	const reply = new FakeReply();
	const entered = enter(reads, reply);
	await clock.runFor(BULK_READ_PATIENCE_MS);
	expect(await entered).toBe(false);
	expect(reply.raw.eventNames()).toEqual([]);
});

test("a client that takes nothing of a list is cut off, and only then", () => {
	const reply = new FakeReply();
	sendBulk(asReply(reply), "{}");
	expect(reply.raw.silences).toEqual([BULK_READ_PATIENCE_MS / 2]);
	reply.raw.close();
	expect(reply.raw.silences.at(-1)).toBe(CONNECTION_IDLE_MS);
});

test("a place that is passed on and given up in one instant is not lost", async () => {
	const reads = new BulkReads(new VirtualClock());
	const holders = await fill(reads);
	const next = new FakeReply();
	const entered = enter(reads, next);
	holders[0]?.raw.close();
	next.raw.close();
	expect(await entered).toBe(true);
	expect(await enter(reads, new FakeReply())).toBe(true);
	const late = new FakeReply();
	late.raw.close();
	expect(await enter(reads, late)).toBe(false);
});
