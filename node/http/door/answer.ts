/**
 * Answers: how problems and JSON texts are sent, and which problem an error is.
 *
 * Every refusal leaves as `application/problem+json` with a stable code, and never with a
 * stack: an error that is not known here by name becomes `internal`, and the log gets the
 * error itself.
 */
import type { FastifyReply } from "fastify";
import {
	PROBLEMS,
	type Problem,
	problemStatus,
} from "../../../protocol/problem.ts";
import type { ProblemAsRead } from "../../../protocol/schema.ts";
import type { JsonText } from "../../../protocol/task.ts";
import { STORE_PROBLEMS, StoreError } from "../../ports.ts";

export const JSON_TYPE = "application/json; charset=utf-8";
export const PROBLEM_TYPE = "application/problem+json";
/** Headers of every answer. */
export const ALWAYS = {
	"x-content-type-options": "nosniff",
	"cross-origin-resource-policy": "same-origin",
	"referrer-policy": "no-referrer",
	"cache-control": "no-store",
	"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};
/** How long a client should wait before it tries again after a 503 or 429, in seconds. */
export const RETRY_AFTER_S = "1";

export function send(
	reply: FastifyReply,
	status: number,
	type: string,
	text: string,
): FastifyReply {
	return headOf(reply, status, type).send(text);
}

/** What goes before a text. A temporary refusal says when to come back. */
export function headOf(
	reply: FastifyReply,
	status: number,
	type: string,
): FastifyReply {
	if (status === 503 || status === 429) {
		reply.header("retry-after", RETRY_AFTER_S);
	}
	return reply.code(status).header("content-type", type);
}

export function sendJson(
	reply: FastifyReply,
	status: number,
	text: JsonText,
): FastifyReply {
	return send(reply, status, JSON_TYPE, text);
}

export function sendProblem(
	reply: FastifyReply,
	problem: Problem,
	more?: ProblemExtras,
): FastifyReply {
	const text = writeProblem(problem, more);
	return send(reply, problemStatus(problem.code), PROBLEM_TYPE, text);
}

/** The fields that only some problems have. */
export interface ProblemExtras {
	/** The id of the task that was to be submitted, even if the node generated it. */
	readonly id?: string;
	readonly reasons?: readonly string[];
}

/** The text of a `ProblemAsRead`. */
export function writeProblem(
	problem: Problem,
	{ id, reasons }: ProblemExtras = {},
): JsonText {
	const { code, detail, field } = problem;
	const [status, title] = PROBLEMS[code];
	const answer: ProblemAsRead = {
		code,
		title,
		status,
		detail,
		...(field !== undefined && { field }),
		...(id !== undefined && { id }),
		...(reasons && { reasons: [...reasons] }),
	};
	return JSON.stringify(answer);
}

/** Why a body does not arrive whole. */
export class BodiesFull extends Error {}
export class BodyTooLarge extends Error {}
export class BodyLost extends Error {}

export const bodiesFull: Problem = {
	code: "overloaded",
	detail: "The node holds too many large requests; try again shortly.",
};
const bodyTooLarge: Problem = {
	code: "too_large",
	detail: "The body is too large; send fewer tasks at once.",
};
/** The problem of a body that broke off. It is rarely read, as its client is usually gone. */
const bodyLost: Problem = {
	code: "invalid",
	detail: "The body broke off; send the request again.",
};

/**
 * The problem that an error is for a request of this method; undefined for an error of
 * our own.
 */
export function problemOf(error: unknown, method: string): Problem | undefined {
	if (error instanceof StoreError)
		return READS.includes(method) && error.kind === "unknown"
			? unread
			: STORE_PROBLEMS[error.kind];
	if (error instanceof BodiesFull) return bodiesFull;
	if (error instanceof BodyTooLarge) return bodyTooLarge;
	if (error instanceof BodyLost) return bodyLost;
	if (!(error instanceof Error)) return;
	return fastifyProblems[(error as { code?: string }).code ?? ""];
}

const READS = ["GET", "HEAD"];

/** The problem of a read without an answer: unlike a change, it cannot have had an effect. */
const unread: Problem = {
	code: "store_unavailable",
	detail: "Redis did not answer this node in time; try again shortly.",
};

const badAddress: Problem = {
	code: "invalid",
	detail: "The address is not a valid URL path.",
};

/** Fastify's own errors that a client can cause. */
const fastifyProblems: Readonly<Record<string, Problem>> = {
	FST_ERR_CTP_BODY_TOO_LARGE: bodyTooLarge,
	FST_ERR_CTP_INVALID_MEDIA_TYPE: {
		code: "unsupported_media_type",
		detail:
			'The body must be JSON or NDJSON; say so with "Content-Type: application/json" or "application/x-ndjson".',
		field: "Content-Type",
	},
	FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
		code: "invalid",
		detail: "The body was not as long as its Content-Length says.",
		field: "Content-Length",
	},
	FST_ERR_BAD_URL: badAddress,
	FST_ERR_MAX_PARAM_LENGTH: badAddress,
};
