/**
 * What is wrong with a JSON value that does not fit its schema: one sentence for its
 * sender, which names the field.
 */
import type { TObject, TSchema } from "typebox";
import { Check } from "typebox/value";
import type { Problem } from "../../../protocol/problem.ts";

/**
 * The problem with a value that does not fit its schema: its first flaw, in one sentence.
 * `what` is what it should be: "task".
 */
export function flawOf(what: string, schema: TObject, value: unknown): Problem {
	const { field, detail } = firstFlaw(what, schema, value);
	const problem: Problem = { code: "invalid", detail };
	return field === undefined ? problem : { ...problem, field };
}

function firstFlaw(
	what: string,
	schema: TObject,
	value: unknown,
): { field?: string; detail: string } {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		return { detail: `A ${what} must be a JSON object.` };
	}
	const fields: Readonly<Record<string, TSchema>> = schema.properties;
	if ("additionalProperties" in schema) {
		for (const name in value) {
			if (Object.hasOwn(fields, name)) continue;
			const known = Object.keys(fields).join(", ");
			return {
				field: shorten(name),
				detail: `A ${what} has no field "${shorten(name)}"; it has ${known}.`,
			};
		}
	}
	for (const [field, part] of Object.entries(fields)) {
		const missing = !Object.hasOwn(value, field);
		if (missing && !schema.required?.includes(field)) continue;
		if (!missing && Check(part, (value as Record<string, unknown>)[field])) {
			continue;
		}
		const flaw = missing ? "is missing; it" : "is not right; it";
		return {
			field,
			detail: `The field "${field}" ${flaw} must be ${description(part)}.`,
		};
	}
	throw new Error(`a ${what} failed as a whole but in none of its fields`);
}

function description(schema: TSchema): string {
	return (schema as { description?: string }).description ?? "something else";
}

const NAME_SHOWN_CHARS = 64;
function shorten(name: string): string {
	return name.length > NAME_SHOWN_CHARS
		? `${name.slice(0, NAME_SHOWN_CHARS)}…`
		: name;
}
