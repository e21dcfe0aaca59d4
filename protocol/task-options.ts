/**
 * The options of a task: what it asks for besides where it goes, how soon, and with what
 * payload. They travel as one value from the door to the code that runs the task, and
 * only who needs one looks inside.
 *
 * An entry in `OPTIONS` is all that the way of an option takes: submissions may have it,
 * answers and `/openapi.json` show it, the store keeps it, it reaches the executor and
 * the worker, and the same id with another value is a conflict. What remains is the code
 * that does what the option says.
 *
 * A task that asks for nothing is a plain one. It costs nothing: all plain tasks share one
 * value, and the store keeps no text for it.
 */
import Type, {
	type Static,
	type TObject,
	type TOptional,
	type TSchema,
} from "typebox";
import { Compile } from "typebox/compile";
import type { JsonText } from "./task.ts";

type Fields = Readonly<Record<string, unknown>>;
type OptionFields = Readonly<Record<string, TOptional<TSchema>>>;

/** Each option by its name, as it is submitted. */
export const OPTIONS = {} satisfies OptionFields;

export type TaskOptions = Readonly<Static<TObject<typeof OPTIONS>>>;

/**
 * What an option is when absent, if that is a value: to submit this is to submit none. Not a
 * `default` in the schema, for which generators of clients take an option to be always there.
 */
const WHEN_ABSENT = {} satisfies TaskOptions;

/** Of every task that asks for nothing: this very value. */
export const PLAIN: TaskOptions = Object.freeze({});

/** Of a task whose own cannot be read. */
export const UNREADABLE_OPTIONS: TaskOptions = Object.freeze({});

/** The options of a submission that fits its schema. Those that say what their absence says are left out. */
export function optionsOf(
	submitted: Fields,
	fields: OptionFields = OPTIONS,
	whenAbsent: Fields = WHEN_ABSENT,
): TaskOptions {
	let options: Record<string, unknown> | undefined;
	for (const name in fields) {
		const value = submitted[name];
		if (value === undefined || value === whenAbsent[name]) continue;
		options ??= {};
		options[name] = value;
	}
	return options ?? PLAIN;
}

/** As the store keeps them; a plain task's are empty. */
export function writeOptions(options: TaskOptions): JsonText | "" {
	return options === PLAIN ? "" : JSON.stringify(options);
}

const stored = Compile(Type.Object(OPTIONS));

/**
 * Never throws: what is damaged is UNREADABLE_OPTIONS. Options that this version does not
 * know are kept: a later one has written them, and compares them with what is sent again.
 */
export function readOptions(text: JsonText | ""): TaskOptions {
	if (text === "") return PLAIN;
	try {
		const options: unknown = JSON.parse(text);
		if (stored.Check(options)) return options;
	} catch {
		// Not JSON: damaged, as what does not fit is.
	}
	return UNREADABLE_OPTIONS;
}
