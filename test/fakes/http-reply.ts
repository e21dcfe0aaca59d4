/** An answer of the HTTP side, and its connection, without a socket: closed by hand. */
import { EventEmitter } from "node:events";
import type { FastifyReply, FastifyRequest } from "fastify";

class FakeSocket extends EventEmitter {
	destroyed = false;
	/** The limits that were set on its silence, in order. */
	readonly silences: number[] = [];

	setTimeout(ms: number): this {
		this.silences.push(ms);
		return this;
	}

	destroy(): void {
		this.destroyed = true;
	}
}

export class FakeReply {
	readonly socket = new FakeSocket();
	readonly raw = Object.assign(new EventEmitter(), {
		closed: false,
		/** Null while an earlier answer of the connection is not out. */
		socket: this.socket as FakeSocket | null,
	});
	statusCode = 200;
	/** The text of the answer. */
	sent: string | undefined;

	header(): this {
		return this;
	}

	removeHeader(): this {
		return this;
	}

	code(status: number): this {
		this.statusCode = status;
		return this;
	}

	send(text: string): this {
		this.sent = text;
		return this;
	}

	close(): void {
		this.raw.closed = true;
		this.raw.emit("close");
	}
}

export const asReply = (fake: FakeReply) => fake as unknown as FastifyReply;

/** A request of that route, which the reply answers. */
export function requestOf(
	{ socket }: FakeReply,
	url = "/a",
	method = "GET",
): FastifyRequest {
	const asker = { name: "-", role: "operate" };
	const request = { method, raw: { socket }, routeOptions: { url }, asker };
	return request as unknown as FastifyRequest;
}
