/**
 * Requests that no route takes: 405 with `Allow` where the address exists, 404
 * where it does not. Both are told before a body is read.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { sendProblem } from "./answer.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export function refuseUnknownAddresses(app: FastifyInstance): void {
	app.addHook("onRequest", (request, reply, done) => {
		if (!request.is404) return done();
		sendProblem(reply, {
			code: "not_found",
			detail: "There is nothing at this address; /openapi.json lists what is.",
		});
	});
}

/** Gives every address that `register` adds an answer to the methods it does not take. */
export function refuseOtherMethods(
	app: FastifyInstance,
	register: () => void,
): void {
	const taken = new Map<string, Set<string>>();
	let registering = true;
	app.addHook("onRoute", ({ url, method }) => {
		if (!registering) return;
		const methods = taken.get(url) ?? new Set();
		taken.set(url, methods);
		for (const each of [method].flat()) methods.add(each);
	});
	register();
	registering = false;
	for (const [url, methods] of taken) {
		const allow = [...methods].join(", ");
		const refuse = (_request: unknown, reply: FastifyReply) => {
			sendProblem(reply.header("allow", allow), {
				code: "method_not_allowed",
				detail: `This address takes ${allow} only.`,
			});
		};
		app.route({
			url,
			method: METHODS.filter((method) => !methods.has(method)),
			onRequest: refuse,
			handler: refuse,
		});
	}
}
