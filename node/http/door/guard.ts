/**
 * What every request meets first, whatever its address:
 * - a node that is stopping takes no more;
 * - a request names one host, and the same one wherever it names it;
 * - on a loopback address that must be the node's own, letter by letter: else a
 *   page of evil.example, whose name was made to point at 127.0.0.1, would count as
 *   our own page (DNS rebinding); only its health a node tells to anyone;
 * - what changes something must not come from a page of another origin: a
 *   browser sends such a request before it asks whether it may.
 * And the headers that every answer carries.
 */
import { isIPv4 } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { sendProblem } from "./answer.ts";

const HEADERS = {
	"x-content-type-options": "nosniff",
	"cross-origin-resource-policy": "same-origin",
	"referrer-policy": "no-referrer",
	"cache-control": "no-store",
	"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

const PORT_MAX = 65_535;

/** What load balancers ask, often without a Host or by another name; the answers tell nothing secret. */
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
const misdirected: Problem = {
	code: "misdirected",
	detail:
		"This node serves its own machine only; call it as localhost or 127.0.0.1.",
	field: "Host",
};
const forbidden: Problem = {
	code: "forbidden_origin",
	detail: "A browser may do this from this node's own pages only.",
	field: "Origin",
};
const stopping: Problem = {
	code: "stopping",
	detail: "This node is stopping; try another one.",
};

/** For answers that come about without the guard, too. */
export function secure(reply: FastifyReply): FastifyReply {
	return reply.headers(HEADERS);
}

export function guard(
	app: FastifyInstance,
	host: string,
	isStopping: () => boolean,
): void {
	const hostIsFree = !isLoopback(host);
	const ours = new Set(["localhost", "127.0.0.1", "[::1]", inUrl(host)]);
	const isOurs = (request: FastifyRequest) =>
		hostIsFree ||
		ours.has(hostName(request)) ||
		HEALTH.includes(request.routeOptions.url ?? "");
	app.addHook("onRequest", (request, reply, done) => {
		secure(reply);
		if (isStopping()) {
			sendProblem(reply, stopping);
		} else if (isHostless(request)) {
			sendProblem(reply, hostless);
		} else if (hasManyHosts(request)) {
			sendProblem(reply, manyHosts);
		} else if (isForAnother(request)) {
			sendProblem(reply, twoHosts);
		} else if (!isOurs(request)) {
			sendProblem(reply, misdirected);
		} else if (isForeign(request)) {
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

/** 127.0.0.0/8, `::1`, or a name that means them wherever one is. */
export function isLoopback(host: string): boolean {
	return (
		host === "localhost" ||
		host === "::1" ||
		host === "[::1]" ||
		(isIPv4(host) && host.startsWith("127."))
	);
}

function inUrl(host: string): string {
	return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** Told here, since Node itself would refuse it with an empty answer. */
function isHostless({ headers, raw }: FastifyRequest): boolean {
	return headers.host === undefined && raw.httpVersion === "1.1";
}

/** Node keeps the first alone, and a proxy in front may have looked at another. */
function hasManyHosts({ raw: { rawHeaders } }: FastifyRequest): boolean {
	let hosts = 0;
	for (let i = 0; i < rawHeaders.length; i += 2) {
		const name = rawHeaders[i] as string;
		if (name.length === 4 && name.toLowerCase() === "host") hosts++;
	}
	return hosts > 1;
}

/** `GET http://other.example/…`, as is said to proxies: what it names counts before the Host. */
function isForAnother({ raw, headers }: FastifyRequest): boolean {
	const target = raw.url ?? "";
	if (target.startsWith("/") || target === "*") return false;
	const authority = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
	return authority?.toLowerCase() !== headers.host?.toLowerCase();
}

/** The Host without its port, which may differ (a tunnel's other end) but must be one. */
function hostName({ headers }: FastifyRequest): string {
	const host = (headers.host ?? "").toLowerCase();
	const [, name, port] = /^(.*):([1-9][0-9]{0,4})$/s.exec(host) ?? [];
	return name !== undefined && Number(port) <= PORT_MAX ? name : host;
}

function isForeign({ method, headers }: FastifyRequest): boolean {
	if (headers.origin === undefined) return false;
	if (method === "GET" || method === "HEAD") return false;
	// The scheme is left out: a proxy in front may speak TLS for us.
	return headers.origin.replace(/^https?:\/\//, "") !== headers.host;
}
