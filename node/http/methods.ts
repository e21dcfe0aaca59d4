/**
 * Requests that no route takes: 405 with `Allow` where the address exists, 404
 * where it does not. Both are told before a body is read, and whatever the
 * method: TRACE and PROPFIND, too, for which nobody would add a route.
 */
import type { FastifyInstance } from "fastify";
import type { Problem } from "../../protocol/problem.ts";
import { sendProblem } from "./answer.ts";

const nothingHere: Problem = {
	code: "not_found",
	detail: "There is nothing at this address; /openapi.json lists what is.",
};

/** Knows the routes that are added after it. */
export function refuseWhatNoRouteTakes(app: FastifyInstance): void {
	const routes: { readonly url: string; readonly methods: string[] }[] = [];
	app.addHook("onRoute", ({ url, method }) => {
		routes.push({ url, methods: [method].flat() });
	});
	app.addHook("onRequest", (request, reply, done) => {
		if (!request.is404) return done();
		const path = request.url.replace(/\?.*$/s, "");
		const here = routes.filter(({ url }) => isAt(path, url));
		if (here.length === 0) return sendProblem(reply, nothingHere);
		const methods = new Set(here.flatMap(({ methods }) => methods));
		const allow = [...methods].join(", ");
		sendProblem(reply.header("allow", allow), {
			code: "method_not_allowed",
			detail: `This address takes ${allow} only.`,
		});
	});
}

/** Whether a path is one of a route's, as the router sees it: a slash at the end is nothing. */
function isAt(path: string, url: string): boolean {
	const parts = path.replace(/(.)\/$/, "$1").split("/");
	const wanted = url.split("/");
	return (
		parts.length === wanted.length &&
		wanted.every((name, i) =>
			name.startsWith(":") ? parts[i] !== "" : parts[i] === name,
		)
	);
}
