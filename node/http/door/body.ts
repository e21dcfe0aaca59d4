/**
 * Request bodies: which types are accepted, and the lines of those that have lines.
 *
 * Bodies stay bytes until a route parses them, so that one bad line of NDJSON affects
 * that line alone. For how much is held at once see `bodies.ts`.
 */
import type {
	FastifyInstance,
	FastifyRequest,
	onRequestHookHandler,
} from "fastify";
import {
	BODIES_LARGE_WAITING_MAX,
	BODY_LARGE_BYTES,
} from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { Clock } from "../../ports.ts";
import { bodiesFull, sendProblem } from "./answer.ts";
import { Bodies } from "./bodies.ts";
import { Places } from "./places.ts";

export const NDJSON_TYPE = "application/x-ndjson";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const none = new Uint8Array();

export function takeBodies(app: FastifyInstance, clock: Clock): void {
	const bodies = new Bodies(clock);
	const releases = new WeakMap<FastifyRequest, () => void>();
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(
		["application/json", NDJSON_TYPE],
		(request, stream, done) =>
			bodies.collect(stream, (error, body, release) => {
				if (release !== undefined) releases.set(request, release);
				done(error, body);
			}),
	);
	app.addHook("onRequest", (request, reply, done) => {
		if (isEncoded(request)) sendProblem(reply, encoded);
		else done();
	});
	// A large body becomes many objects, so only one is worked on at a time.
	const large = new Places(clock, { max: 1 }, BODIES_LARGE_WAITING_MAX);
	large.watch(app);
	app.addHook("preHandler", (request, reply, done) => {
		if (bodyOf(request).length <= BODY_LARGE_BYTES) return done();
		Promise.resolve(large.enter(reply)).then((hasPlace) => {
			if (hasPlace) done();
			else sendProblem(reply, bodiesFull);
		}, done);
	});
	// Not once the answer is out: a client that does not take it must not keep the body as
	// well. Hooks of what answers wait for are added later than this one, and its place's.
	app.addHook("onSend", (request, _reply, _payload, done) => {
		releases.get(request)?.();
		releases.delete(request);
		request.body = undefined;
		done();
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

/**
 * For a route that needs no body: an empty one counts as none, whatever type is declared.
 */
export const needsNoBody: onRequestHookHandler = ({ raw }, _reply, done) => {
	// curl's `-d ''` declares one, which would otherwise be refused.
	if (!hasBody(raw.headers)) delete raw.headers["content-type"];
	done();
};

/** The body of a request; empty if it had none. */
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

/** Whether a line is blank, by JSON's definition of white space. */
function isBlank(line: Uint8Array): boolean {
	for (const byte of line) {
		if (byte !== SPACE && byte !== TAB && byte !== RETURN) return false;
	}
	return true;
}
