/**
 * Requests that no operation takes: 405 with `Allow` if the path exists, 404 if it does
 * not. Both are answered before a body is read, and for any method: also TRACE and
 * PROPFIND, for which nobody would add a route.
 */
import type { FastifyInstance, onResponseHookHandler } from "fastify";
import { ADDRESSES } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { sendProblem } from "./answer.ts";

const nothingHere: Problem = {
	code: "not_found",
	detail: "There is nothing at this address; /openapi.json lists what is.",
};

export function refuseWhatNoOperationTakes(
	app: FastifyInstance,
	counter: onResponseHookHandler,
): void {
	app.addHook("onResponse", (request, reply, done) => {
		if (request.is404) return counter.call(app, request, reply, done);
		done();
	});
	app.addHook("onRequest", (request, reply, done) => {
		if (!request.is404) return done();
		const methods = methodsAt(request.url.replace(/\?.*$/s, ""));
		if (methods.length === 0) return sendProblem(reply, nothingHere);
		const allow = methods.join(", ");
		sendProblem(reply.header("allow", allow), {
			code: "method_not_allowed",
			detail: `This address takes ${allow} only.`,
		});
	});
}

/** The methods that a path takes; empty if there is no such path. */
export function methodsAt(path: string): string[] {
	const here = ADDRESSES.filter((address) => isAt(path, address.path));
	const methods = here.flatMap(({ method }) =>
		method === "GET" ? [method, "HEAD"] : [method],
	);
	return [...new Set(methods)];
}

/**
 * Whether a path is an operation's, as the router sees it: a slash at the end makes no
 * difference.
 */
function isAt(path: string, template: string): boolean {
	const parts = path.replace(/(.)\/$/, "$1").split("/");
	const wanted = template.split("/");
	return (
		parts.length === wanted.length &&
		wanted.every((name, i) =>
			name.startsWith("{") ? parts[i] !== "" : parts[i] === name,
		)
	);
}
