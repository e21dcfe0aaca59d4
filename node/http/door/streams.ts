/**
 * Answers that go on: each is written as its client takes it, ends when the client hangs
 * up, and ends at once when the node stops, so that none keeps the node from closing.
 *
 * A piece is made only once the system has taken all that came before it. So there is at
 * most one piece of each answer, however many clients take nothing.
 */
import type { FastifyReply } from "fastify";
import type { Log } from "../../ports.ts";
import { sliceEnd } from "./slices.ts";

const SLICE_BYTES = 16 * 1024;

type Raw = FastifyReply["raw"];

export class Streams {
	readonly #log: Log;
	readonly #open = new Set<() => void>();

	constructor(log: Log) {
		this.#log = log;
	}

	/**
	 * `end` is called when the answer is no longer wanted, and makes `pieces` come to an
	 * end.
	 */
	send(
		reply: FastifyReply,
		type: string,
		pieces: AsyncIterable<string>,
		end: () => void,
	): void {
		const { raw } = reply;
		this.#open.add(end);
		const hangUp = () => {
			this.#open.delete(end);
			end();
		};
		// A client that hung up while the answer was being prepared will not do so again.
		if (raw.destroyed) hangUp();
		else raw.once("close", hangUp);
		// A proxy must not hold back what is to be seen now.
		reply.headers({
			...{ "content-type": type, "x-accel-buffering": "no" },
			// Its connection ends with it; otherwise a node that stops would wait for that.
			connection: "close",
		});
		reply.hijack();
		for (const [name, value] of Object.entries(reply.getHeaders()))
			if (value !== undefined) raw.setHeader(name, value);
		raw.statusCode = 200;
		write(raw, pieces).catch((error: unknown) => {
			this.#log.error({ err: error }, "a stream met an error");
			raw.destroy();
		});
	}

	endAll(): void {
		for (const end of this.#open) end();
	}
}

/** The slices in which a piece is written: what the system does not take of a write is copied. */
export function* slicesOf(piece: string): Iterable<string> {
	for (let at = 0; at < piece.length; ) {
		const end = sliceEnd(piece, at + SLICE_BYTES);
		yield piece.slice(at, end);
		at = end;
	}
}

async function write(raw: Raw, pieces: AsyncIterable<string>): Promise<void> {
	for await (const piece of pieces) if (!(await isTaken(raw, piece))) return;
	raw.end();
}

/** Resolves with true when the system has taken the slice, or with false if the connection is closed. */
function isTaken(raw: Raw, slice: string): Promise<boolean> {
	if (raw.destroyed) return Promise.resolve(false);
	return new Promise((resolve) => {
		const closed = () => resolve(false);
		raw.once("close", closed);
		raw.write(slice, () => {
			raw.off("close", closed);
			resolve(!raw.destroyed);
		});
	});
}
