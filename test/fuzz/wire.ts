/** One request over one connection, byte by byte, and the answer as it came. */
import { connect } from "node:net";

export interface Answer {
	readonly status: number;
	/** By name in small letters; of one that came several times the last. */
	readonly headers: ReadonlyMap<string, string>;
	/** Of a stream the messages that are whole. */
	readonly text: string;
	readonly isStream: boolean;
}

export type Outcome =
	| { readonly kind: "answered"; readonly answer: Answer }
	/** The connection closed, or broke, without an answer. */
	| { readonly kind: "closed" }
	/** Nothing came for so long. */
	| { readonly kind: "silent" }
	| { readonly kind: "refused"; readonly why: string };

/** A stream has no end: so much of it is read. */
const STREAM_MS = 200;
const STREAM = "text/event-stream";

/** Reads until the other side has closed, and of a stream for a moment. `ends`: says that no more comes, which to a node is to go. */
export function exchange(
	port: number,
	bytes: Buffer,
	ends: boolean,
	msMax: number,
): Promise<Outcome> {
	return new Promise((resolve) => {
		const parts: Uint8Array[] = [];
		let isConnected = false;
		let isStreaming = false;
		let timer: NodeJS.Timeout | undefined;
		const socket = connect(port, "127.0.0.1");
		socket.setTimeout(msMax, () => settle({ kind: "silent" }));
		const settle = (outcome: Outcome) => {
			socket.destroy();
			resolve(outcome);
		};
		socket.on("connect", () => {
			isConnected = true;
			if (ends) socket.end(bytes);
			else socket.write(bytes);
		});
		socket.on("data", (part: Buffer) => {
			parts.push(part);
			if (!isStreaming && readAnswer(Buffer.concat(parts))?.isStream) {
				isStreaming = true;
				timer = setTimeout(() => socket.destroy(), STREAM_MS);
			}
		});
		socket.on("error", ({ message }) => {
			if (!isConnected) settle({ kind: "refused", why: message });
		});
		socket.on("close", () => {
			clearTimeout(timer);
			const answer = readAnswer(Buffer.concat(parts));
			resolve(
				answer === undefined
					? { kind: "closed" }
					: { kind: "answered", answer },
			);
		});
	});
}

/** The first answer that is whole; what comes before one (100 Continue) is passed over. */
function readAnswer(bytes: Buffer): Answer | undefined {
	const end = bytes.indexOf("\r\n\r\n");
	if (end === -1) return undefined;
	const [first = "", ...lines] = bytes
		.subarray(0, end)
		.toString("latin1")
		.split("\r\n");
	const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
	if (status === 100) return readAnswer(bytes.subarray(end + 4));
	const headers = new Map(
		lines.map((line) => {
			const at = line.indexOf(":");
			return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
		}),
	);
	const rest = bytes.subarray(end + 4);
	const isChunked = headers.get("transfer-encoding") === "chunked";
	const length = Number(headers.get("content-length") ?? rest.length);
	const body = isChunked ? joined(rest) : rest.subarray(0, length);
	const text = body.toString("utf8");
	const isStream = headers.get("content-type") === STREAM;
	const whole = isStream ? text.lastIndexOf("\n\n") + 2 : text.length;
	return { status, headers, text: text.slice(0, whole), isStream };
}

function joined(chunks: Buffer): Buffer {
	const parts: Buffer[] = [];
	let rest = chunks;
	for (;;) {
		const at = rest.indexOf("\r\n");
		const size = Number.parseInt(rest.subarray(0, at).toString("latin1"), 16);
		if (at === -1 || !(size > 0)) return Buffer.concat(parts);
		parts.push(rest.subarray(at + 2, at + 2 + size));
		rest = rest.subarray(at + 4 + size);
	}
}
