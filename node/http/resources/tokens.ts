/** `/v1/tokens`: access tokens are listed, created and revoked. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { Compile } from "typebox/compile";
import { type AccessToken, seesPayloads } from "../../../protocol/access.ts";
import { delayMsOf } from "../../../protocol/backoff.ts";
import {
	ACCESS_EXPIRES_MS_MAX,
	ACCESS_NAME_CHARS_MAX,
	ACCESS_TOKENS_MAX,
} from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import {
	type TokenAsRead,
	TokenAsSubmitted,
} from "../../../protocol/schema/tokens.ts";
import { isMoment } from "../../../protocol/task-times.ts";
import { isoTime } from "../../../protocol/view.ts";
import type { Api, TokenMade, TokenWish } from "../../ports.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { bodyOf } from "../door/body.ts";
import { flawOf } from "../door/flaw.ts";
import { parseJson } from "../door/json.ts";
import type { Handlers } from "../door/serve.ts";

const submitted = Compile(TokenAsSubmitted);

export function tokenHandlers({
	access,
}: Api): Pick<Handlers, "listTokens" | "createToken" | "revokeToken"> {
	return {
		listTokens: async (_request, reply) => {
			const asOf = isoTime(access.nowMs());
			const tokens = (await access.list()).map(readToken);
			return sendJson(reply, 200, JSON.stringify({ tokens, asOf }));
		},
		createToken: (request, reply) => create(access, request, reply),
		revokeToken: async (request, reply) => {
			const { name } = request.params;
			const revoked = await access.revoke(name);
			return revoked === undefined
				? sendProblem(reply, noSuchToken(name))
				: sendJson(reply, 200, JSON.stringify(readToken(revoked)));
		},
	};
}

function noSuchToken(name: string): Problem {
	return {
		code: "not_found",
		detail: `There is no access token of the name "${name.slice(0, ACCESS_NAME_CHARS_MAX)}"; see /v1/tokens for those there are.`,
		field: "name",
	};
}

async function create(
	access: Api["access"],
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const wish = readWish(bodyOf(request), access.nowMs());
	if (!wish.ok) return sendProblem(reply, wish.problem);
	request.target = wish.wish.name;
	const made = await access.create(wish.wish);
	if (!made.ok) return sendProblem(reply, REFUSALS[made.code]);
	const told = { token: made.secret, ...readToken(made.token) };
	return sendJson(reply, 201, JSON.stringify(told));
}

type Refusal = Extract<TokenMade, { ok: false }>["code"];

const REFUSALS: Readonly<Record<Refusal, Problem>> = {
	taken: {
		code: "name_taken",
		detail:
			"Another access token has this name; choose another, or revoke that one first.",
		field: "name",
	},
	full: {
		code: "too_many_tokens",
		detail: `There are ${ACCESS_TOKENS_MAX} access tokens already; revoke some that are expired or not needed.`,
	},
	first: {
		code: "invalid",
		detail:
			'The first access token must have the role "operate", as nobody could create others else.',
		field: "role",
	},
};

type Read =
	| { readonly ok: true; readonly wish: TokenWish }
	| { readonly ok: false; readonly problem: Problem };

function readWish(body: Uint8Array, nowMs: number): Read {
	const parsed = parseJson(body);
	if (!parsed.ok) return parsed;
	const { value } = parsed;
	if (!submitted.Check(value))
		return { ok: false, problem: flawOf("token", TokenAsSubmitted, value) };
	const { expiresIn, expiresAt, queues, types, payloads, ...rest } = value;
	if (expiresIn !== undefined && expiresAt !== undefined)
		return refuse(
			"expiresAt",
			'A token has either "expiresIn" or "expiresAt"; send one of them.',
		);
	if (expiresAt !== undefined && !isMoment(expiresAt))
		return refuse(
			"expiresAt",
			'The field "expiresAt" is no moment that there is; send one such as "2026-12-31T00:00:00Z".',
		);
	const leftMs =
		expiresAt === undefined
			? expiresIn === undefined
				? undefined
				: delayMsOf(expiresIn)
			: Date.parse(expiresAt) - nowMs;
	if (leftMs !== undefined && (leftMs <= 0 || leftMs > ACCESS_EXPIRES_MS_MAX))
		return refuse(
			expiresAt === undefined ? "expiresIn" : "expiresAt",
			"A token expires later than now, and within 3650 days; send such a time, or leave it out.",
		);
	return {
		ok: true,
		wish: {
			...rest,
			...(leftMs !== undefined && { expiresMs: Math.round(nowMs + leftMs) }),
			...(queues && { queues: [...new Set(queues)] }),
			...(types && { types: [...new Set(types)] }),
			...(payloads && rest.role === "read" && { payloads }),
		},
	};
}

function refuse(field: string, detail: string): Read {
	return { ok: false, problem: { code: "invalid", detail, field } };
}

function readToken(token: AccessToken): TokenAsRead {
	const { name, role, createdMs, expiresMs, revokedMs, usedMs } = token;
	const { queues, types } = token;
	return {
		...{ name, role, createdAt: isoTime(createdMs) },
		...(expiresMs !== undefined && { expiresAt: isoTime(expiresMs) }),
		...(revokedMs !== undefined && { revokedAt: isoTime(revokedMs) }),
		...(usedMs !== undefined && { lastUsedAt: isoTime(usedMs) }),
		...(queues && { queues: [...queues] }),
		...(types && { types: [...types] }),
		payloads: seesPayloads(token),
	};
}
