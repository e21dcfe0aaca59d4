/**
 * Query parameters, as strict as bodies: an unknown one is refused, since a
 * filter that is misspelt or not yet there would otherwise seem to match all.
 */
import type { FastifyRequest } from "fastify";
import type { Problem } from "../../protocol/problem.ts";

type Query<Name extends string> =
	| { readonly ok: true; readonly given: { readonly [N in Name]?: string } }
	| { readonly ok: false; readonly problem: Problem };

export function readQuery<const Name extends string>(
	request: FastifyRequest,
	names: readonly Name[],
): Query<Name> {
	const given: { [N in Name]?: string } = {};
	const query = request.query as Readonly<Record<string, string | string[]>>;
	for (const [field, value] of Object.entries(query)) {
		const name = names.find((each) => each === field);
		if (name === undefined) {
			return refuse(
				field.slice(0, 64),
				names.length === 0
					? "This address takes no parameters."
					: `There is no such parameter; there is ${names.join(", ")}.`,
			);
		}
		if (typeof value !== "string") {
			return refuse(name, `The parameter "${name}" may be given once.`);
		}
		given[name] = value;
	}
	return { ok: true, given };
}

function refuse(
	field: string,
	detail: string,
): { readonly ok: false; readonly problem: Problem } {
	return { ok: false, problem: { code: "invalid", detail, field } };
}
