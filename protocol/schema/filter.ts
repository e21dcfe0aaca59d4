/**
 * A filter as it is submitted, as JSON Schema (TypeBox), and what is meant by it. The
 * `description` of a field completes the sentence "`state` must be …".
 */
import Type, { type Static, type TSchema } from "typebox";
import { Check } from "typebox/value";
import { moment, name } from "../fields.ts";
import {
	FIND_TAGS_MAX,
	FIND_TEXT_CHARS_MAX,
	ID_CHARS_MAX,
	QUEUE_CHARS_MAX,
	TAG_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "../limits.ts";
import { TASK_STATES } from "../state.ts";
import type { TaskQuery } from "../task-filter.ts";
import { isMoment } from "../task-times.ts";

function descriptionOf(schema: TSchema): string {
	return (schema as { description?: string }).description ?? "something else";
}

const tag = name(TAG_CHARS_MAX, "");
const SEVERAL = `or an array of ${FIND_TAGS_MAX} such tags at most`;

export const FilterAsSubmitted = Type.Object(
	{
		state: Type.Optional(
			Type.Enum([...TASK_STATES], {
				description: `one of ${TASK_STATES.join(", ")}`,
			}),
		),
		type: Type.Optional(name(TYPE_CHARS_MAX, "")),
		queue: Type.Optional(name(QUEUE_CHARS_MAX, "")),
		tag: Type.Optional(
			Type.Union([tag, Type.Array(tag, { maxItems: FIND_TAGS_MAX })], {
				description: `${descriptionOf(tag)}; ${SEVERAL}`,
			}),
		),
		node: Type.Optional(
			Type.String({
				minLength: 1,
				maxLength: ID_CHARS_MAX,
				description: "the id or the name of a node",
			}),
		),
		q: Type.Optional(
			Type.String({
				minLength: 1,
				maxLength: FIND_TEXT_CHARS_MAX,
				description: `text of 1 to ${FIND_TEXT_CHARS_MAX} characters`,
			}),
		),
		since: Type.Optional(moment("")),
		until: Type.Optional(moment("")),
		attemptMin: Type.Optional(
			Type.Integer({ minimum: 1, description: "an integer from 1" }),
		),
		moved: Type.Optional(Type.Boolean({ description: "true or false" })),
	},
	{ additionalProperties: false },
);
type FilterAsSubmitted = Static<typeof FilterAsSubmitted>;

type Read =
	| { readonly ok: true; readonly query: TaskQuery }
	| { readonly ok: false; readonly field: string; readonly must: string };

/**
 * Reads a filter whose fields are all in the schema: the query that it means, or which
 * field is wrong, and what it must be.
 */
export function readFilter(given: Readonly<Record<string, unknown>>): Read {
	const { state } = given;
	const value: Record<string, unknown> = {
		...given,
		...(typeof state === "string" && { state: state.toUpperCase() }),
	};
	const { properties } = FilterAsSubmitted;
	for (const [field, part] of Object.entries(properties)) {
		const own = value[field];
		if (own === undefined) continue;
		const isTime = field === "since" || field === "until";
		if (!Check(part, own) || (isTime && !isMoment(own as string)))
			return { ok: false, field, must: descriptionOf(part) };
	}
	const query = queryOf(value as FilterAsSubmitted);
	const { sinceMs = -Infinity, untilMs = Infinity } = query;
	if (sinceMs >= untilMs)
		return { ok: false, field: "until", must: 'a later time than "since"' };
	return { ok: true, query };
}

function queryOf(filter: FilterAsSubmitted): TaskQuery {
	const { tag = [], since, until, moved, ...same } = filter;
	const tags = [...new Set([tag].flat())].sort();
	return {
		...same,
		...(tags.length > 0 && { tags }),
		...(since !== undefined && { sinceMs: Date.parse(since) }),
		...(until !== undefined && { untilMs: Date.parse(until) }),
		...(moved && { moved }),
	};
}
