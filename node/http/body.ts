/**
 * Request bodies: which types are taken, how much is held at once, and lines.
 *
 * Bodies stay bytes until a route parses them, so that one bad line of NDJSON
 * is that line's trouble alone. Small bodies are bounded by the number of
 * connections; what the large ones may hold together is counted here.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import {
	BODIES_BYTES_MAX,
	BODY_BYTES_MAX,
	BODY_SMALL_BYTES,
} from "../../protocol/limits.ts";
import { sendProblem } from "./answer.ts";

export const NDJSON_TYPE = "application/x-ndjson";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const none = new Uint8Array();

export function takeBodies(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(
		["application/json", NDJSON_TYPE],
		{ parseAs: "buffer" },
		(_request, body, done) => done(null, body),
	);
	let heldBytes = 0;
	app.addHook("onRequest", (request, reply, done) => {
		const bytes = announcedBytes(request);
		if (bytes <= BODY_SMALL_BYTES) return done();
		if (heldBytes + bytes > BODIES_BYTES_MAX) {
			sendProblem(reply, {
				code: "overloaded",
				detail: "The node holds too many large requests; try again shortly.",
			});
			return;
		}
		heldBytes += bytes;
		reply.raw.once("close", () => {
			heldBytes -= bytes;
		});
		done();
	});
}

/** How large the body may become: as it says itself, or as large as any. */
function announcedBytes({ headers }: FastifyRequest): number {
	if (headers["transfer-encoding"] !== undefined) return BODY_BYTES_MAX;
	return Math.min(Number(headers["content-length"] ?? 0), BODY_BYTES_MAX);
}

/** Empty where the request had none. */
export function bodyOf(request: FastifyRequest): Uint8Array {
	return (request.body as Uint8Array | undefined) ?? none;
}

export function isNdjson(request: FastifyRequest): boolean {
	const type = request.headers["content-type"]?.toLowerCase();
	return type?.startsWith(NDJSON_TYPE) ?? false;
}

/** The lines that are not blank; no more than `limit`. */
export function splitLines(body: Uint8Array, limit: number): Uint8Array[] {
	const lines: Uint8Array[] = [];
	let start = 0;
	while (start < body.length && lines.length < limit) {
		const newline = body.indexOf(NEWLINE, start);
		const end = newline === -1 ? body.length : newline;
		const line = body.subarray(start, end);
		if (!isBlank(line)) lines.push(line);
		start = end + 1;
	}
	return lines;
}

function isBlank(line: Uint8Array): boolean {
	return line.length === 0 || (line.length === 1 && line[0] === RETURN);
}
