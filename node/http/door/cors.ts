/**
 * CORS: what a browser is told about an answer that a page of another origin asked for,
 * if that origin is let in (see origins.ts); and the preflight request, which is answered
 * here. Without `--cors-origin`, and without a token, nothing is allowed and nothing is
 * said.
 *
 * Credentials are never allowed: there are no cookies, and a token has a header of its
 * own.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { PREFLIGHT_KEPT_S } from "../../../protocol/limits.ts";
import { methodsAt } from "./methods.ts";
import type { Origins } from "./origins.ts";

/** The request headers that are allowed; nobody needs others. */
const ALLOWED =
	"authorization, content-type, idempotency-key, last-event-id, traceparent, tracestate";
/** The answer headers that a page may read, besides those that it may read anyway. */
const EXPOSED = "allow, link-template, location, retry-after, www-authenticate";

/** Says in the headers who may read the answer, even to a refusal: one that cannot be read looks like a dead node. */
export function tellReaders(
	origins: Origins,
	request: FastifyRequest,
	reply: FastifyReply,
): void {
	if (request.headers.origin === undefined) return;
	// Caches must not give it to others.
	reply.header("vary", "Origin");
	const origin = origins.letIn(request);
	if (origin === undefined) return;
	reply.header("access-control-allow-origin", origin);
	reply.header("access-control-expose-headers", EXPOSED);
}

/** Answers a preflight request; true if the request was one. */
export function answerQuestion(
	origins: Origins,
	request: FastifyRequest,
	reply: FastifyReply,
): boolean {
	const { headers, method, url } = request;
	if (method !== "OPTIONS") return false;
	if (headers["access-control-request-method"] === undefined) return false;
	if (origins.letIn(request) === undefined) return false;
	const methods = methodsAt(url.replace(/\?.*$/s, ""));
	if (methods.length === 0) return false;
	reply.header("access-control-allow-methods", methods.join(", "));
	reply.header("access-control-allow-headers", ALLOWED);
	reply.header("access-control-max-age", PREFLIGHT_KEPT_S);
	reply.code(204).send();
	return true;
}
