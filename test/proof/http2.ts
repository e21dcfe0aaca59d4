/** Requests over HTTP/2 alone, as a browser makes them through a proxy. */
import { once } from "node:events";
import {
	type ClientHttp2Session,
	connect,
	type IncomingHttpHeaders,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import { tlsText } from "../tls-files.ts";

export interface Answer2 {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

export class Http2 implements AsyncDisposable {
	readonly #session: ClientHttp2Session;

	/** @throws where the other side speaks no HTTP/2 */
	static async to(origin: string): Promise<Http2> {
		const session = connect(origin, { ca: tlsText("ca.pem") });
		await once(session, "connect");
		const { alpnProtocol } = session.socket as TLSSocket;
		if (alpnProtocol !== "h2") throw new Error(`it speaks ${alpnProtocol}`);
		return new Http2(session);
	}

	private constructor(session: ClientHttp2Session) {
		this.#session = session;
	}

	async ask(
		path: string,
		headers: Record<string, string> = {},
		body?: string | Buffer,
	): Promise<Answer2> {
		const method = body === undefined ? "GET" : "POST";
		const stream = this.#session.request({
			...{ ":path": path, ":method": method },
			...(body !== undefined && { "content-type": "application/json" }),
			...headers,
		});
		stream.end(body);
		const [told] = (await once(stream, "response")) as [IncomingHttpHeaders];
		let text = "";
		stream.setEncoding("utf8");
		for await (const part of stream) text += part;
		return { status: Number(told[":status"]), headers: told, text };
	}

	/** What comes of an answer that goes on, a piece each. */
	async *follow(
		path: string,
		headers: Record<string, string> = {},
	): AsyncGenerator<string> {
		const stream = this.#session.request({ ":path": path, ...headers });
		stream.setEncoding("utf8");
		for await (const part of stream) yield part;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#session.destroy();
	}
}
