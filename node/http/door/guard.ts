/**
 * What every request meets first, whatever its address:
 * - a node that is stopping takes no more, and one with too many connections nothing on
 *   further ones, but tells its health;
 * - a request names one host, and the same one wherever it names it; and its address is
 *   taken whole, not cut at a '#';
 * - on a loopback address that must be a name of the node's, letter by letter, or that of
 *   `--public-url`: otherwise a page of evil.example, whose name was made to point at
 *   127.0.0.1, would count as our own page (DNS rebinding); only its health is told to
 *   anyone;
 * - what changes something must not come from a page of another origin: a
 *   browser sends such a request before it asks whether it may. Whose pages are let in
 *   is told in origins.ts.
 * And the headers that every answer carries.
 */
import { isIPv4 } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { ALWAYS, sendProblem } from "./answer.ts";
import { answerQuestion, tellReaders } from "./cors.ts";
import type { Crowd } from "./crowd.ts";
import type { Origins } from "./origins.ts";

/**
 * The paths that load balancers ask for, often without a Host or by another name; the answers
 * reveal nothing secret.
 */
const HEALTH: readonly string[] = [
	OPERATIONS.getHealth.path,
	OPERATIONS.getReadiness.path,
];

const hostless: Problem = {
	code: "invalid",
	detail: "A request by HTTP/1.1 must say which Host it is for.",
	field: "Host",
};
const manyHosts: Problem = {
	code: "invalid",
	detail: "A request must say once which Host it is for.",
	field: "Host",
};
const twoHosts: Problem = {
	code: "invalid",
	detail:
		"The address that is asked for and the Host name different hosts; send the path alone, and its Host.",
	field: "Host",
};
const fragmented: Problem = {
	code: "invalid",
	detail: "A '#' is no part of an address that is asked for; write it as %23.",
};
const misdirected: Problem = {
	code: "misdirected",
	detail:
		"This node serves its own machine only; call it as localhost or 127.0.0.1, or by the name in its --public-url.",
	field: "Host",
};
const forbidden: Problem = {
	code: "forbidden_origin",
	detail:
		"A browser may do this from this node's own pages only, and from those of --public-url and --cors-origin.",
	field: "Origin",
};
const stopping: Problem = {
	code: "stopping",
	detail: "This node is stopping; try another one.",
};
const crowded: Problem = {
	code: "overloaded",
	detail:
		"The node has as many connections as it serves; try again shortly, or another node.",
};

interface Limits {
	readonly origins: Origins;
	readonly crowd: Crowd;
	readonly isStopping: () => boolean;
}

/** The headers of every answer, also of those that do not pass the guard. */
export function secure(
	origins: Origins,
	request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	tellReaders(origins, request, reply);
	return reply.headers(ALWAYS);
}

/** Adds the guard to a server. `host`: on which the node listens. */
export function guard(
	app: FastifyInstance,
	host: string,
	{ origins, crowd, isStopping }: Limits,
): void {
	const hostIsFree = !isLoopback(host);
	const isOurs = (request: FastifyRequest) =>
		hostIsFree ||
		origins.isOwnName(request.headers.host) ||
		asksHealth(request);
	const isTooMany = (request: FastifyRequest) =>
		crowd.isSurplus(request.raw.socket) && !asksHealth(request);
	app.addHook("onRequest", (request, reply, done) => {
		secure(origins, request, reply);
		const isSurplus = isTooMany(request);
		if (isSurplus) reply.header("connection", "close");
		const flaw = flawOfTarget(request, isOurs);
		if (flaw !== undefined) {
			sendProblem(reply, flaw);
		} else if (answerQuestion(origins, request, reply)) {
			// A node that will refuse the request answers this, too: otherwise a page could not read why.
			return;
		} else if (isStopping()) {
			sendProblem(reply, stopping);
		} else if (isSurplus) {
			sendProblem(reply, crowded);
		} else if (isUnsafe(request) && origins.isForeign(request)) {
			sendProblem(reply, forbidden);
		} else {
			done();
		}
	});
	// A connection kept alive would keep the server from closing.
	app.addHook("onSend", (_request, reply, _payload, done) => {
		if (isStopping()) reply.header("connection", "close");
		done();
	});
}

/** Whether a host is loopback: 127.0.0.0/8, `::1`, or a name that means them everywhere. */
export function isLoopback(host: string): boolean {
	return (
		host === "localhost" ||
		host === "::1" ||
		host === "[::1]" ||
		(isIPv4(host) && host.startsWith("127."))
	);
}

function asksHealth({ routeOptions }: FastifyRequest): boolean {
	return HEALTH.includes(routeOptions.url ?? "");
}

function flawOfTarget(
	request: FastifyRequest,
	isOurs: (request: FastifyRequest) => boolean,
): Problem | undefined {
	if (isHostless(request)) return hostless;
	if (hasManyHosts(request)) return manyHosts;
	if (isForAnother(request)) return twoHosts;
	if (request.raw.url?.includes("#")) return fragmented;
	return isOurs(request) ? undefined : misdirected;
}

/** Whether a request has no Host. Node itself would refuse it with an empty answer. */
function isHostless({ headers, raw }: FastifyRequest): boolean {
	return headers.host === undefined && raw.httpVersion === "1.1";
}

/** Whether a request has several Hosts: Node keeps the first, and a proxy may have looked at another. */
function hasManyHosts({ raw: { rawHeaders } }: FastifyRequest): boolean {
	let hosts = 0;
	for (let i = 0; i < rawHeaders.length; i += 2) {
		const name = rawHeaders[i] as string;
		if (name.length === 4 && name.toLowerCase() === "host") hosts++;
	}
	return hosts > 1;
}

/**
 * Whether the address names another host, as in `GET http://other.example/…`, which is
 * sent to proxies: that name takes precedence over the Host.
 */
function isForAnother({ raw, headers }: FastifyRequest): boolean {
	const target = raw.url ?? "";
	if (target.startsWith("/") || target === "*") return false;
	const authority = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
	return authority?.toLowerCase() !== headers.host?.toLowerCase();
}

function isUnsafe({ method }: FastifyRequest): boolean {
	return method !== "GET" && method !== "HEAD";
}
