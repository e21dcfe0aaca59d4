/**
 * Query parameters, as strict as bodies: an unknown one is refused, since a filter that
 * is misspelt or does not exist yet would otherwise seem to match everything.
 */
import type { FastifyRequest, onRequestHookHandler } from "fastify";
import type { Parameter } from "../../../protocol/operation.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { sendProblem } from "./answer.ts";

/** The parameters that were given: a text each, or a list of texts if it may be repeated. */
type Given<Wanted> = {
	readonly [Name in keyof Wanted]?: Wanted[Name] extends {
		readonly isRepeatable: true;
	}
		? readonly string[]
		: string;
};

type Query<Wanted> =
	| { readonly ok: true; readonly given: Given<Wanted> }
	| { readonly ok: false; readonly problem: Problem };

const NAME_SHOWN_CHARS = 64;

/** The hook of a route that takes no parameters: refuses any before a body is read. */
export const takesNoParameters: onRequestHookHandler = (
	request,
	reply,
	done,
) => {
	const query = readQuery(request, noParameters);
	if (query.ok) done();
	else sendProblem(reply, query.problem);
};

const noParameters = {};

/** The parameters of a request, or its refusal. `wanted`: those that the operation takes. */
export function readQuery<
	const Wanted extends Readonly<Record<string, Parameter>>,
>(request: FastifyRequest, wanted: Wanted): Query<Wanted> {
	const given: Record<string, string | string[]> = {};
	const query = request.query as Readonly<Record<string, string | string[]>>;
	for (const [field, value] of Object.entries(query)) {
		if (!Object.hasOwn(wanted, field)) {
			const shown = field.slice(0, NAME_SHOWN_CHARS);
			const names = Object.keys(wanted);
			const known =
				names.length === 0 ? "takes none" : `takes ${names.join(", ")}`;
			return refuse(
				shown,
				`There is no parameter "${shown}" here; this address ${known}.`,
			);
		}
		if (wanted[field]?.isRepeatable) given[field] = [value].flat();
		else if (typeof value === "string") given[field] = value;
		else return refuse(field, `The parameter "${field}" may be given once.`);
	}
	return { ok: true, given: given as Given<Wanted> };
}

function refuse(
	field: string,
	detail: string,
): { readonly ok: false; readonly problem: Problem } {
	return { ok: false, problem: { code: "invalid", detail, field } };
}
