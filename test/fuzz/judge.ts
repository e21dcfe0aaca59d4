/**
 * What an answer must be, whatever was asked: documented by status and shape, a problem if
 * it refuses, and no 5xx but a 503 that says when to come back.
 */
import { PROBLEMS, type ProblemCode } from "../../protocol/problem.ts";
import type { Described } from "../contract/http-described.ts";
import { BASE, type Drawn } from "./requests.ts";
import type { Outcome } from "./wire.ts";

const PROBLEM_TYPE = "application/problem+json";
/** Of answers by the node's own server; what no request was read for has less. */
const ALWAYS = ["x-content-type-options", "content-security-policy"];

/** What any request may be refused with, whatever it is for: these are under `default`. */
const ANY_MAY = [403, 408, 413, 415, 421, 431];

/** What is wrong with the outcome; undefined: nothing. */
export function flawOf(
	{ method, target, isBroken, waits }: Drawn,
	outcome: Outcome,
	described: Described,
): string | undefined {
	if (outcome.kind === "refused")
		return `the node takes no connection: ${outcome.why}`;
	if (outcome.kind === "silent")
		return waits ? undefined : "neither an answer nor an end came";
	if (outcome.kind === "closed")
		return isBroken ? undefined : "the connection closed without an answer";
	const { status, headers, text } = outcome.answer;
	const type = headers.get("content-type")?.split(";")[0] ?? "";
	if (!(status >= 200 && status < 600)) return `the status is ${status}`;
	if (status >= 500 && status !== 503) return `a ${status}: ${text}`;
	if (status === 503 && !headers.has("retry-after"))
		return "a 503 that does not say when to come back";
	if (!isBroken) {
		const lacks = ALWAYS.find((name) => !headers.has(name));
		if (lacks !== undefined) return `a ${status} without ${lacks}`;
	}
	// A parser that refuses does not know the method.
	if (method === "HEAD")
		return text === "" || [400, 431].includes(status)
			? undefined
			: "HEAD has a body";
	if (status >= 400) {
		// Of many, each of which was refused, each item has its own.
		const flaw =
			type === PROBLEM_TYPE ? flawOfProblem(status, text) : undefined;
		if (flaw !== undefined) return flaw;
		if (text === "" || !/json/.test(type))
			return `a ${status} without a problem`;
	}
	if (isBroken) return undefined;
	const below = target.startsWith(`${BASE}/`)
		? target.slice(BASE.length)
		: target;
	const path = below.replace(/^https?:\/\/[^/]*/, "");
	if (!ANY_MAY.includes(status) && !described.names({ method, path, status }))
		return `a ${status}, which the operation does not name`;
	return described.flawOf({ method, path, status, type, text });
}

function flawOfProblem(status: number, text: string): string | undefined {
	let problem: { code?: unknown; status?: unknown; detail?: unknown };
	try {
		problem = JSON.parse(text);
	} catch {
		return `a problem that is no JSON: ${text}`;
	}
	const known = PROBLEMS[problem.code as ProblemCode] as
		| readonly [number, string]
		| undefined;
	const isSound =
		known?.[0] === status &&
		problem.status === status &&
		typeof problem.detail === "string";
	return isSound ? undefined : `a ${status} with another problem: ${text}`;
}
