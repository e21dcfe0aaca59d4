/**
 * Answers that go on: each is written as its client takes it, ends when the client hangs
 * up, and ends at once when the node stops, so that none keeps the node from closing.
 */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** How much is written ahead of the reader. */
const AHEAD_BYTES = 16 * 1024;

export class Streams {
	readonly #open = new Set<() => void>();

	/**
	 * `end` is called when the answer is no longer wanted, and makes `pieces` come to an
	 * end.
	 */
	send(
		reply: FastifyReply,
		type: string,
		pieces: AsyncIterable<string>,
		end: () => void,
	): Readable {
		const options = { objectMode: false, highWaterMark: AHEAD_BYTES };
		const stream = Readable.from(pieces, options);
		this.#open.add(end);
		const hangUp = () => {
			this.#open.delete(end);
			end();
		};
		// Not when the stream is closed: that waits for its last piece. A client that has hung up
		// while the answer was being prepared does so no more.
		if (reply.raw.destroyed) hangUp();
		else reply.raw.once("close", hangUp);
		// A proxy must not hold back what is to be seen now.
		reply.headers({
			...{ "content-type": type, "x-accel-buffering": "no" },
			// Its connection ends with it; otherwise a node that stops would wait for that.
			connection: "close",
		});
		void reply.code(200).send(stream);
		return stream;
	}

	endAll(): void {
		for (const end of this.#open) end();
	}
}
