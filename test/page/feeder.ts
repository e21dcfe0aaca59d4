/**
 * A node whose `/v1/live` is played: frames of a made-up cluster, sent when a test says so, or
 * each second. Everything else is asked of a real HTTP side.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { writeMessage } from "../../protocol/sse.ts";
import { type Server, startServer } from "../contract/http-server.ts";

export interface Feeder extends AsyncDisposable {
	readonly url: string;
	readonly server: Server;
	/** Bytes of all frames that were sent. */
	readonly sentBytes: () => number;
	/** To all who read; who comes later begins with what `first` makes. */
	send(frame: LiveFrame): void;
	/** The first reader is there. */
	readonly read: Promise<void>;
}

/** An answer as it comes, as it may be a stream: that ends with who reads it. */
async function pass(url: string, reply: ServerResponse): Promise<void> {
	const over = new AbortController();
	reply.on("close", () => over.abort());
	try {
		const answer = await fetch(url, { signal: over.signal });
		const headers = Object.fromEntries(answer.headers);
		delete headers["content-encoding"];
		reply.writeHead(answer.status, headers);
		reply.flushHeaders();
		for await (const bytes of answer.body ?? []) reply.write(bytes);
		reply.end();
	} catch (error) {
		if (!over.signal.aborted) throw error;
	}
}

export async function startFeeder(first: () => LiveFrame): Promise<Feeder> {
	const server = await startServer();
	const readers = new Set<ServerResponse>();
	const read = Promise.withResolvers<void>();
	let sentBytes = 0;
	const write = (reader: ServerResponse, frame: LiveFrame) => {
		const text = writeMessage({
			event: frame.kind,
			data: JSON.stringify(frame),
		});
		sentBytes += Buffer.byteLength(text);
		reader.write(text);
	};
	const feeder = createServer(async (request, reply) => {
		if (request.url?.startsWith("/v1/live")) {
			reply.writeHead(200, { "content-type": "text/event-stream" });
			write(reply, first());
			readers.add(reply);
			reply.on("close", () => readers.delete(reply));
			read.resolve();
			return;
		}
		await pass(`http://${server.address}${request.url}`, reply);
	});
	await new Promise<void>((resolve) => feeder.listen(0, "127.0.0.1", resolve));
	const { port } = feeder.address() as AddressInfo;
	return {
		...{ url: `http://127.0.0.1:${port}`, server, read: read.promise },
		sentBytes: () => sentBytes,
		send: (frame) => {
			for (const reader of readers) write(reader, frame);
		},
		async [Symbol.asyncDispose]() {
			feeder.closeAllConnections();
			await new Promise((resolve) => feeder.close(resolve));
			await server.close();
		},
	};
}
