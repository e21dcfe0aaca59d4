/**
 * Identifies the asker before a body is read, for those who answer.
 *
 * A token comes as `Authorization: Bearer`. What is wrong with it is reported as RFC 6750
 * requires, in words that say what to do. Checking it asks nobody (see
 * answers/access.ts), so a request costs the store nothing.
 *
 * An operation has to take care itself of what a restricted token may not reach. So such
 * tokens are accepted by operations that do, and refused by all others.
 */
import type {
	FastifyInstance,
	FastifyReply,
	FastifyRequest,
	onRequestHookHandler,
	preHandlerHookHandler,
} from "fastify";
import {
	isRestricted,
	mayDo,
	NOBODY,
	withoutTokens,
} from "../../../protocol/access.ts";
import type { Operation } from "../../../protocol/operation.ts";
import type { OperationId } from "../../../protocol/operations.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { AccessApi, Asker, Audit, Verdict } from "../../ports.ts";
import { sendProblem } from "./answer.ts";
import type { Rates } from "./rates.ts";
import {
	BEARER,
	REALM,
	type Refused,
	refusalFor,
	refusalNow,
	refuseInstead,
	sendRefusal,
} from "./refusal.ts";
import { changesSomething } from "./room.ts";

declare module "fastify" {
	interface FastifyRequest {
		/** The asker; set for operations that are not open. */
		asker: Asker | null;
		/** What the request is about, if the path does not say it. */
		target: string;
	}
}

/** Operations that make sure themselves that a restricted token reaches only its own tasks. */
const KEEP_RESTRICTIONS: ReadonlySet<OperationId> = new Set([
	...(["submitTasks", "submitTaskLines", "addTask"] as const),
	...(["listTasks", "getTask", "listStatuses", "getStatus"] as const),
	...(["retryTask", "changeTask", "deleteTask", "cancelTask"] as const),
	...(["cancelTasks", "retryTasks", "deleteTasks"] as const),
	...(["listQueues", "listFailures", "getCluster"] as const),
	...(["listNodes", "getDeaths", "getStats"] as const),
	...(["readEvents", "readLive"] as const),
]);

/** Submissions are work, and there are too many of them to record each. */
const SUBMISSIONS: ReadonlySet<OperationId> = new Set([
	...(["submitTasks", "submitTaskLines", "addTask"] as const),
]);

const tooMany: Problem = {
	code: "rate_limited",
	detail:
		"This token has asked this node for as much as it may (--rate); try again in a second, or ask another node.",
};

export class Doorkeeper {
	readonly #access: AccessApi;
	readonly #audit: Audit;
	readonly #rates: Rates | undefined;

	constructor(access: AccessApi, audit: Audit, rates: Rates | undefined) {
		this.#access = access;
		this.#audit = audit;
		this.#rates = rates;
	}

	/** Checks once more, when the answer to a read is sent, that the asker may still see it. */
	watch(app: FastifyInstance): void {
		app.decorateRequest("asker", null);
		app.decorateRequest("target", "");
		app.addHook("onSend", (request, reply, payload, done) => {
			const isAnswer = typeof payload === "string";
			const refusal =
				isAnswer && !changesSomething(request.method)
					? refusalNow(this.#access, request)
					: undefined;
			if (refusal === undefined) return done(null, payload);
			done(null, refuseInstead(reply, refusal));
		});
	}

	/** Refuses an asker who may no longer do this, now that the whole request is here and its turn has come. */
	checkAgain({ role }: Operation): preHandlerHookHandler[] {
		if (role === "open") return [];
		return [
			(request, reply, done) => {
				const refusal = refusalNow(this.#access, request);
				if (refusal === undefined) done();
				else sendRefusal(reply, refusal);
			},
		];
	}

	/** Lets permitted requests pass, and records who asks: see `askerOf`. */
	check(id: OperationId, { role }: Operation): onRequestHookHandler {
		return (request, reply, done) => {
			if (role === "open") return done();
			const verdict = this.#verdictOn(request);
			if (!verdict.ok) return void sendRefusal(reply, refusalFor(verdict.why));
			const { asker } = verdict;
			request.asker = asker;
			if (this.#rates !== undefined && !this.#rates.take(asker.name))
				return sendProblem(reply, tooMany);
			if (!mayDo(asker.role, role)) return lacksRole(reply, asker, role);
			if (isRestricted(asker) && !KEEP_RESTRICTIONS.has(id))
				return forbid(reply, outsideAll);
			done();
		};
	}

	/** Records each request that is answered, except those whose asker is not known. */
	audits(id: OperationId, { method, role }: Operation) {
		const isTold = method !== "GET" && role !== "open" && !SUBMISSIONS.has(id);
		if (!isTold) return [];
		return [
			(request: FastifyRequest, reply: FastifyReply, done: () => void) => {
				const { asker, ip, params, target } = request;
				const [place = ""] = Object.values(params as Record<string, string>);
				if (asker !== null)
					this.#audit.audited({
						...{ by: asker.name, from: ip, operation: id },
						target: withoutTokens(target || place || "-"),
						outcome: outcomeOf(reply.statusCode),
						status: reply.statusCode,
					});
				done();
			},
		];
	}

	#verdictOn({
		headers: { authorization },
	}: FastifyRequest): Verdict | { readonly ok: false; readonly why: Refused } {
		if (authorization === undefined) return this.#access.whose(undefined);
		const [, secret] = BEARER.exec(authorization) ?? [];
		if (secret !== undefined) return this.#access.whose(secret);
		const verdict = this.#access.whose(undefined);
		return verdict.ok ? verdict : { ok: false, why: "malformed" };
	}
}

/** The asker of an operation that is not open. */
export function askerOf({ asker }: FastifyRequest): Asker {
	if (asker === null) throw new Error("nobody has looked who asks");
	return asker;
}

/** The name of the token that asks; undefined if nobody needs one. */
export function tokenOf({ name }: Asker): string | undefined {
	return name === NOBODY ? undefined : name;
}

function outcomeOf(status: number) {
	if (status < 400) return "done";
	return status < 500 ? "refused" : "failed";
}

const outsideAll =
	"This token is restricted to some queues or types, and this concerns the whole cluster; use a token without restrictions.";

function lacksRole(
	reply: FastifyReply,
	asker: Asker,
	role: Exclude<Operation["role"], "open">,
): void {
	reply.header(
		"www-authenticate",
		`${REALM}, error="insufficient_scope", scope="${role}"`,
	);
	sendProblem(reply, {
		code: "forbidden",
		detail: `This needs a token with the role "${role}", and this one has "${asker.role}"; use another.`,
	});
}

/** Refuses a token that is valid, but not for this. */
export function forbid(reply: FastifyReply, detail: string): FastifyReply {
	reply.header("www-authenticate", `${REALM}, error="insufficient_scope"`);
	return sendProblem(reply, { code: "forbidden", detail });
}
