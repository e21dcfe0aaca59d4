/**
 * Request bodies: which types are taken, how much is held at once, and lines.
 *
 * Bodies stay bytes until a route parses them, so that one bad line of NDJSON
 * is that line's trouble alone. Small bodies are bounded by the number of
 * connections; what the large ones may hold together is counted here: at once
 * where they say their length, and as they come where they are sent in chunks,
 * so that a slow one does not shut out others by what it might yet send.
 */
import { Transform } from "node:stream";
import type {
	FastifyInstance,
	FastifyReply,
	FastifyRequest,
	onRequestHookHandler,
} from "fastify";
import {
	BODIES_BYTES_MAX,
	BODY_BYTES_MAX,
	BODY_SMALL_BYTES,
	BODY_STEP_BYTES,
} from "../../protocol/limits.ts";
import type { Problem } from "../../protocol/problem.ts";
import { BodiesFull, bodiesFull, sendProblem } from "./answer.ts";

export const NDJSON_TYPE = "application/x-ndjson";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const none = new Uint8Array();

/** Whether so many bytes more may be held. */
type Hold = (bytes: number) => boolean;

export function takeBodies(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(
		["application/json", NDJSON_TYPE],
		{ parseAs: "buffer" },
		(_request, body, done) => done(null, body),
	);
	let heldBytes = 0;
	/** Takes bytes into account until the answer is out, unless they are too many. */
	const holder = ({ raw }: FastifyReply): Hold => {
		let ownBytes = 0;
		raw.once("close", () => {
			heldBytes -= ownBytes;
		});
		return (bytes) => {
			if (raw.closed || heldBytes + bytes > BODIES_BYTES_MAX) return false;
			heldBytes += bytes;
			ownBytes += bytes;
			return true;
		};
	};
	app.addHook("onRequest", (request, reply, done) => {
		if (isEncoded(request)) return sendProblem(reply, encoded);
		const bytes = announcedBytes(request);
		if (bytes <= BODY_SMALL_BYTES || holder(reply)(bytes)) return done();
		sendProblem(reply, bodiesFull);
	});
	app.addHook("preParsing", (request, reply, payload, done) => {
		if (request.headers["transfer-encoding"] === undefined) return done();
		const counted = countInSteps(holder(reply));
		payload.once("error", (error) => counted.destroy(error));
		// Refused before it was read: what is left is in the way of the next request.
		reply.raw.once("finish", () => payload.unpipe(counted).resume());
		done(null, payload.pipe(counted));
	});
}

const encoded: Problem = {
	code: "unsupported_media_type",
	detail:
		"A compressed body is not taken; send it as it is, without Content-Encoding.",
	field: "Content-Encoding",
};

function isEncoded({ headers }: FastifyRequest): boolean {
	const encoding = headers["content-encoding"] ?? "identity";
	return encoding.toLowerCase() !== "identity" && hasBody(headers);
}

function hasBody(headers: FastifyRequest["headers"]): boolean {
	return (
		headers["transfer-encoding"] !== undefined ||
		Number(headers["content-length"] ?? 0) > 0
	);
}

/** For a route that needs no body: none is none, whatever its type is said to be. */
export const needsNoBody: onRequestHookHandler = ({ raw }, _reply, done) => {
	// As curl's `-d ''` calls it, which would be refused else.
	if (!hasBody(raw.headers)) delete raw.headers["content-type"];
	done();
};

/** How large the body will be, as it says itself; one in chunks says nothing. */
function announcedBytes({ headers }: FastifyRequest): number {
	return Math.min(Number(headers["content-length"] ?? 0), BODY_BYTES_MAX);
}

/** Passes on a body of unknown length, with leave for each step beyond a small one. */
function countInSteps(hold: Hold): Transform {
	let freeBytes = BODY_SMALL_BYTES;
	return new Transform({
		transform(chunk: Buffer, _encoding, done) {
			freeBytes -= chunk.length;
			while (freeBytes < 0) {
				if (!hold(BODY_STEP_BYTES)) return done(new BodiesFull());
				freeBytes += BODY_STEP_BYTES;
			}
			done(null, chunk);
		},
	});
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

/** As JSON sees it. */
function isBlank(line: Uint8Array): boolean {
	for (const byte of line) {
		if (byte !== SPACE && byte !== TAB && byte !== RETURN) return false;
	}
	return true;
}
