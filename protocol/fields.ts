/**
 * The building blocks of `schema.ts` and similar files: fields of the kinds that occur again
 * and again.
 */
import Type from "typebox";
import { DURATION_PATTERN } from "./duration.ts";
import { ID_CHARS_MAX } from "./limits.ts";
import { NAME_PATTERN } from "./route.ts";
import { ID_PATTERN } from "./task-id.ts";

/** What an id must be, in words. */
const ANY_ID = `text of 1 to ${ID_CHARS_MAX} characters out of A-Z, a-z, 0-9, ".", "_", ":", "-" and "~", not "." or "..", and not beginning with "~"`;

/** The id of a task. */
export function id(rest: string) {
	return Type.String({
		minLength: 1,
		maxLength: ID_CHARS_MAX,
		pattern: ID_PATTERN,
		description: ANY_ID + rest,
	});
}

/** A name, of which types, queues and labels are made. */
export function name(charsMax: number, rest: string) {
	return Type.String({
		minLength: 1,
		maxLength: charsMax,
		pattern: NAME_PATTERN,
		description: `text of 1 to ${charsMax} characters out of A-Z, a-z, 0-9, ".", "_", ":" and "-", not "." or ".."${rest}`,
	});
}

export function words<const W extends string>(of: readonly W[]) {
	return Type.Enum([...of]);
}

export function time() {
	return Type.String({
		format: "date-time",
		description: "ISO 8601, UTC, with milliseconds",
	});
}

/** A length of time, as people write it, or in milliseconds. */
export function duration(what: string) {
	return Type.Union(
		[Type.String({ pattern: DURATION_PATTERN }), Type.Integer({ minimum: 0 })],
		{
			description: `a duration such as "500ms", "30s", "5m", "2h" or "7d", or whole milliseconds${what}`,
		},
	);
}

export const MOMENT_PATTERN =
	"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})$";

/** A moment, as it is submitted: in any time zone, with more or fewer digits. */
export function moment(what: string) {
	return Type.String({
		pattern: MOMENT_PATTERN,
		description: `an ISO 8601 time with its zone, such as "2026-11-30T09:00:00Z"${what}`,
	});
}

/** The field that says what a task or a queue needs and no live node has. */
export function missing() {
	return Type.Optional(
		Type.String({
			description:
				'the rest of "No live node has …": the type, the queue or the labels; several with "together", if there is a node for each of them and none for all',
		}),
	);
}
