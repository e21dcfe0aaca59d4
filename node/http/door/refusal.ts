/**
 * Refusals: why whoever asks is not answered, and how that is sent: as RFC 6750 requires, and
 * alike whenever it is found out. A token that is good when a request comes may be revoked, or
 * have other rights, by the time its answer is made, its turn comes or there is room.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Problem, problemStatus } from "../../../protocol/problem.ts";
import type { JsonText } from "../../../protocol/task.ts";
import type { AccessApi, Asker, Verdict } from "../../ports.ts";
import { headOf, PROBLEM_TYPE, writeProblem } from "./answer.ts";

export const REALM = 'Bearer realm="hearsay"';
export const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

export type Refused = Extract<Verdict, { ok: false }>["why"] | "malformed";

const REFUSALS: Readonly<Record<Refused, Problem>> = {
	missing: {
		code: "unauthenticated",
		detail:
			'This needs an access token; send it as "Authorization: Bearer TOKEN", and ask an operator of the cluster for one.',
		field: "Authorization",
	},
	malformed: {
		code: "unauthenticated",
		detail:
			'The header must be "Authorization: Bearer TOKEN" with an access token of this cluster.',
		field: "Authorization",
	},
	unknown: {
		code: "unauthenticated",
		detail:
			"This is no access token of this cluster; check that it is whole, and of this cluster.",
		field: "Authorization",
	},
	expired: {
		code: "unauthenticated",
		detail: "The access token has expired; ask an operator for a new one.",
		field: "Authorization",
	},
	revoked: {
		code: "unauthenticated",
		detail: "The access token was revoked; ask an operator for a new one.",
		field: "Authorization",
	},
	unsure: {
		code: "store_unavailable",
		detail:
			"This node has not heard from Redis of late, and cannot tell whether this is allowed; try again shortly, or another node.",
	},
};

export interface Refusal {
	readonly problem: Problem;
	/** What has to be sent; undefined if the token is not at fault. */
	readonly authenticate: string | undefined;
}

/** Why the asker may not be answered, if it may not; asked for anew after each wait. */
export type RefusalOf = (request: FastifyRequest) => Refusal | undefined;

export function refusalFor(why: Refused): Refusal {
	const problem = REFUSALS[why];
	if (why === "unsure") return { problem, authenticate: undefined };
	const error = why === "missing" ? "" : ', error="invalid_token"';
	return { problem, authenticate: `${REALM}${error}` };
}

/**
 * Why the asker may not be answered any more, after a while: for whatever takes longer
 * than a moment, or goes on. Undefined if it may, and may do and see what it might when it
 * asked, or if nobody has to say who asks.
 */
export function refusalNow(
	access: AccessApi,
	{ headers: { authorization = "" }, asker }: FastifyRequest,
): Refusal | undefined {
	if (asker === null) return undefined;
	const verdict = access.whose(BEARER.exec(authorization)?.[1]);
	if (!verdict.ok) return refusalFor(verdict.why);
	return isAlike(asker, verdict.asker) ? undefined : changed;
}

function isAlike(asker: Asker, now: Asker): boolean {
	return asker === now || rightsOf(asker) === rightsOf(now);
}

function rightsOf({ role, queues, types, payloads }: Asker): string {
	return JSON.stringify([role, queues, types, payloads]);
}

/** It is answered by other rights than those by which it was worked on. */
const changed: Refusal = {
	problem: {
		code: "overloaded",
		detail:
			"What you may see or do has changed while this request waited; send it again.",
	},
	authenticate: undefined,
};

/**
 * The problem of the items of one request that come to their turn too late; undefined if
 * they do not. The answer as a whole tells what is wrong with the token.
 */
export function refusalOfItems(
	access: AccessApi,
	request: FastifyRequest,
	reply: FastifyReply,
): Problem | undefined {
	const refusal = refusalNow(access, request);
	if (refusal !== undefined) challenge(reply, refusal);
	return refusal?.problem;
}

export function sendRefusal(
	reply: FastifyReply,
	refusal: Refusal,
): FastifyReply {
	return reply.send(refuseInstead(reply, refusal));
}

/** What answers that are not given would say of themselves. */
const HEADERS_OF_ANSWERS = ["retry-after", "location", "link-template"];

/** For an answer that is on its way already: the text that goes instead of it. */
export function refuseInstead(reply: FastifyReply, refusal: Refusal): JsonText {
	const { problem } = refusal;
	for (const name of HEADERS_OF_ANSWERS) reply.removeHeader(name);
	challenge(reply, refusal);
	headOf(reply, problemStatus(problem.code), PROBLEM_TYPE);
	return writeProblem(problem);
}

function challenge(reply: FastifyReply, { authenticate }: Refusal): void {
	if (authenticate !== undefined)
		reply.header("www-authenticate", authenticate);
}
