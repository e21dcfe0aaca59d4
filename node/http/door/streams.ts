/**
 * Answers that go on: each is written as its client takes it, ends when that hangs up, and at once
 * when the node stops, so that none keeps it from closing.
 */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** As much as is written ahead of who reads. */
const AHEAD_BYTES = 16 * 1024;

export class Streams {
	readonly #open = new Set<() => void>();

	/** `end` is called when it is no longer wanted, and lets `pieces` come to its end. */
	send(
		reply: FastifyReply,
		type: string,
		pieces: AsyncIterable<string>,
		end: () => void,
	): Readable {
		const options = { objectMode: false, highWaterMark: AHEAD_BYTES };
		const stream = Readable.from(pieces, options);
		this.#open.add(end);
		// Not when the stream is closed, which waits for its last piece to come.
		reply.raw.once("close", () => {
			this.#open.delete(end);
			end();
		});
		// A proxy must not keep what is to be seen now.
		reply.headers({
			...{ "content-type": type, "x-accel-buffering": "no" },
			// With it ends its connection, for which a node that stops would wait.
			connection: "close",
		});
		void reply.code(200).send(stream);
		return stream;
	}

	endAll(): void {
		for (const end of this.#open) end();
	}
}
