/** Operations on access tokens. */
import type { Operation, Parameter } from "../operation.ts";

const name: Parameter = {
	description: "The name of the token.",
	schema: { type: "string" },
	example: "ci",
};

export const tokenOperations = {
	listTokens: {
		method: "GET",
		path: "/v1/tokens",
		tag: "Access",
		role: "operate",
		summary: "List the access tokens",
		description:
			"Those that are not revoked, expired ones among them. The tokens themselves are known to nobody but their holders.",
		answers: { 200: { description: "All of them.", shape: "TokenList" } },
		problems: ["store_unavailable"],
	},
	createToken: {
		method: "POST",
		path: "/v1/tokens",
		tag: "Access",
		role: "operate",
		summary: "Create an access token",
		description:
			"It is told once, in this answer, and counts on every node within seconds. As long as there is none, nobody needs one on nodes that listen on loopback; from the first on everybody does, so the first has to have the role `operate`.",
		body: "TokenAsSubmitted",
		answers: {
			201: { description: "The token.", shape: "TokenAsCreated" },
		},
		problems: [
			...(["invalid", "name_taken", "too_many_tokens"] as const),
			...(["store_unavailable", "store_full", "outcome_unknown"] as const),
		],
	},
	revokeToken: {
		method: "DELETE",
		path: "/v1/tokens/{name}",
		tag: "Access",
		role: "operate",
		summary: "Revoke an access token",
		description:
			"It is refused at once by the node that answers, and within 5 s by all others that reach Redis. One that is revoked already stays so.",
		places: { name },
		answers: { 200: { description: "It is revoked.", shape: "TokenAsRead" } },
		problems: [
			...(["not_found", "store_unavailable"] as const),
			...(["store_full", "outcome_unknown"] as const),
		],
	},
} as const satisfies Readonly<Record<string, Operation>>;
