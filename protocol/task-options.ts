/**
 * The options of a task: what it asks for besides where it goes, how soon, and with what
 * payload. They travel as one value from the door to the code that runs the task, and
 * only code that needs an option looks inside.
 *
 * An entry in `OPTIONS` is all that an option needs to get there: submissions may have
 * it, answers and `/openapi.json` show it, the store keeps it, it reaches the executor
 * and the worker, and the same id with another value is a conflict. What remains is the
 * code that does what the option says.
 *
 * A task that asks for nothing is a plain one. It costs nothing: all plain tasks share
 * one value, and the store keeps no text for it.
 */
import Type, {
	type Static,
	type TObject,
	type TOptional,
	type TSchema,
} from "typebox";
import { Compile } from "typebox/compile";
import { duration, moment, name } from "./fields.ts";
import {
	RETRIES_MAX,
	TAG_CHARS_MAX,
	TAGS_MAX,
	TRACE_STATE_CHARS_MAX,
} from "./limits.ts";
import type { JsonText } from "./task.ts";
import { TRACE_PARENT_PATTERN, TRACE_STATE_PATTERN } from "./trace.ts";

type Fields = Readonly<Record<string, unknown>>;
type OptionFields = Readonly<Record<string, TOptional<TSchema>>>;

/** Each option by its name, as it is submitted. */
export const OPTIONS = {
	delay: Type.Optional(
		duration(" of up to 366 days, after which it is due; now when absent"),
	),
	runAt: Type.Optional(
		moment(
			", at most 366 days from now, when it is due; one that is past is now",
		),
	),
	expiresAt: Type.Optional(
		moment(
			", after it is due: not begun by then it ends as EXPIRED; never when absent",
		),
	),
	expiresIn: Type.Optional(
		duration(" after it is due: not begun by then it ends as EXPIRED"),
	),
	retries: Type.Optional(
		Type.Integer({
			minimum: 0,
			maximum: RETRIES_MAX,
			description: `an integer from 0 to ${RETRIES_MAX}: how often it is tried again when its code fails; the handler's when absent, or 0`,
		}),
	),
	backoff: Type.Optional(
		Type.Object(
			{
				type: Type.Optional(Type.Enum(["fixed", "exponential"])),
				delay: Type.Optional(duration("")),
				max: Type.Optional(duration("")),
				jitter: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
			},
			{
				additionalProperties: false,
				description:
					'an object with any of "type" ("exponential", or "fixed"), "delay" ("1s") and "max" ("1h"), durations of up to 24 hours, and "jitter" (0.5), a number from 0 to 1',
			},
		),
	),
	timeout: Type.Optional(
		duration(
			" of up to 7 days, from the start of its code: then its signal fires; the handler's when absent, or none",
		),
	),
	killAfter: Type.Optional(
		duration(
			' of up to 5 minutes: so long after its signal has fired, for its timeout or as it was cancelled, its code is ended by force; the handler\'s when absent, or "5s"',
		),
	),
	onLeaseLost: Type.Optional(
		Type.Enum(["abort", "continue"], {
			description:
				'"abort", as when absent, or "continue": whether its code is stopped when its node has lost the right to run it; what it returns then is refused all the same',
		}),
	),
	retention: Type.Optional(
		duration(
			" from 60 seconds to 90 days, for which it is kept once it has ended; as the cluster keeps its like when absent",
		),
	),
	traceparent: Type.Optional(
		Type.String({
			pattern: TRACE_PARENT_PATTERN,
			description:
				"a traceparent of W3C's Trace Context, such as \"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\", for its code; the request's header when absent",
		}),
	),
	tracestate: Type.Optional(
		Type.String({
			maxLength: TRACE_STATE_CHARS_MAX,
			pattern: TRACE_STATE_PATTERN,
			description: `a tracestate of W3C's Trace Context: at most ${TRACE_STATE_CHARS_MAX} characters of printable ASCII`,
		}),
	),
	tags: Type.Optional(
		Type.Array(name(TAG_CHARS_MAX, ""), {
			description: `an array of at most ${TAGS_MAX} tags to find it by, each of 1 to ${TAG_CHARS_MAX} characters out of A-Z, a-z, 0-9, ".", "_", ":" and "-", not "." or ".."`,
		}),
	),
} satisfies OptionFields;

export type TaskOptions = Readonly<Static<TObject<typeof OPTIONS>>>;

/**
 * What an option is when absent, if that is a value: submitting this is submitting none.
 * It is not a `default` in the schema, since generators of clients take an option with
 * one to be always there.
 */
const WHEN_ABSENT = { onLeaseLost: "abort" } satisfies TaskOptions;

/**
 * How an option is kept whose value can be written in more than one way; undefined if it
 * says nothing.
 */
const KEPT_AS: { readonly [Name in string]?: (value: unknown) => unknown } = {
	// A set: order and repetition mean nothing.
	tags: (tags) => {
		const each = tagSetOf(tags as string[]);
		return each.length === 0 ? undefined : each;
	},
};

export function tagSetOf(tags: readonly string[]): string[] {
	return [...new Set(tags)].sort();
}

/** The options of every task that asks for nothing: this very value. */
export const PLAIN: TaskOptions = Object.freeze({});

/** The options of a task whose own cannot be read. */
export const UNREADABLE_OPTIONS: TaskOptions = Object.freeze({});

/**
 * The options of a submission that fits its schema. Options that say the same as their
 * absence are left out.
 */
export function optionsOf(
	submitted: Fields,
	fields: OptionFields = OPTIONS,
	whenAbsent: Fields = WHEN_ABSENT,
): TaskOptions {
	let options: Record<string, unknown> | undefined;
	for (const name in fields) {
		const said = submitted[name];
		const keep = KEPT_AS[name];
		const value = said === undefined || !keep ? said : keep(said);
		if (value === undefined || value === whenAbsent[name]) continue;
		options ??= {};
		options[name] = value;
	}
	return options ?? PLAIN;
}

/** The options as the store keeps them; empty for a plain task. */
export function writeOptions(options: TaskOptions): JsonText | "" {
	return options === PLAIN ? "" : JSON.stringify(options);
}

const stored = Compile(Type.Object(OPTIONS));

/**
 * Reads options as the store keeps them. It never throws: damaged options are
 * UNREADABLE_OPTIONS. Options that this version does not know are kept: a later version has
 * written them, and compares them with what is sent again.
 */
export function readOptions(text: JsonText | ""): TaskOptions {
	if (text === "") return PLAIN;
	try {
		const options: unknown = JSON.parse(text);
		if (stored.Check(options)) return options;
	} catch {
		// It is not JSON: damaged, like JSON that does not fit.
	}
	return UNREADABLE_OPTIONS;
}
