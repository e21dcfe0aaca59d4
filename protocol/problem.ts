/**
 * What can go wrong for a user, by stable code, each with its HTTP status and title.
 * Answers are `application/problem+json` (RFC 9457); `detail` is one sentence that says
 * what is wrong and what to do.
 */
export const PROBLEMS = {
	invalid: [400, "The request is not valid"],
	invalid_json: [400, "The body is not JSON"],
	unauthenticated: [401, "An access token is needed"],
	forbidden: [403, "The access token does not allow that"],
	forbidden_origin: [403, "A page of another origin may not do that"],
	not_found: [404, "There is no such thing"],
	method_not_allowed: [405, "This address does not take that method"],
	timeout: [408, "The request did not come in time"],
	conflict: [409, "The id is taken by a different task"],
	already_ended: [409, "The task has ended"],
	not_ended: [409, "The task has not ended"],
	name_taken: [409, "The name is taken"],
	too_many_tokens: [409, "There are as many tokens as there may be"],
	not_waiting: [409, "The task does not wait any more"],
	too_large: [413, "The request is too large"],
	unsupported_media_type: [415, "The body is of a type that is not taken"],
	idempotency_conflict: [422, "The idempotency key was used for another task"],
	misdirected: [421, "The request is meant for another host"],
	too_many_routes: [
		429,
		"Too many kinds of work are waiting for nodes to serve them",
	],
	too_many_unserved: [429, "Too much is waiting that no node serves"],
	rate_limited: [429, "The access token has asked for as much as it may"],
	headers_too_large: [431, "The headers of the request are too large"],
	internal: [500, "The node met an error of its own"],
	store_unavailable: [503, "The store cannot be used"],
	store_full: [503, "The store does not take writes"],
	outcome_unknown: [503, "The store did not say whether it took the task"],
	overloaded: [503, "The node has too much to do"],
	not_ready: [503, "The node is not ready"],
	stopping: [503, "The node is stopping"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What one task among many can be refused for while the rest is accepted. */
export const ITEM_PROBLEMS = [
	"invalid",
	"invalid_json",
	"forbidden",
	"conflict",
	"too_large",
	"idempotency_conflict",
	"too_many_routes",
	"too_many_unserved",
	"store_unavailable",
	"store_full",
	"outcome_unknown",
	"overloaded",
	"stopping",
] as const satisfies readonly ProblemCode[];

export interface Problem {
	readonly code: ProblemCode;
	/** One sentence that says what is wrong and what to do. */
	readonly detail: string;
	/** The place in the request, in its own words: `priority`, `payload`, `[3].id`. */
	readonly field?: string;
}

export function problemStatus(code: ProblemCode): number {
	return PROBLEMS[code][0];
}
