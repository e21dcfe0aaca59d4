/**
 * The door: from JSON as someone sent it to a complete task, or a problem that
 * names the field.
 *
 * The check that every good submission passes is compiled. Only a refused one
 * is looked at again, field by field and up to its first flaw: listing all the
 * flaws of a hostile submission would take seconds.
 */
import type { TObject, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Check } from "typebox/value";
import { CelerySubmission } from "../../../protocol/celery.ts";
import {
	PAYLOAD_BYTES_MAX,
	PRIORITY_DEFAULT,
} from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { formatRoute } from "../../../protocol/route.ts";
import { TaskAsSubmitted } from "../../../protocol/schema.ts";
import type { NewTask } from "../../../protocol/task.ts";
import { optionsOf, PLAIN } from "../../../protocol/task-options.ts";

export type Checked =
	| { readonly ok: true; readonly task: NewTask }
	| { readonly ok: false; readonly problem: Problem };

const submitted = Compile(TaskAsSubmitted);
const celery = Compile(CelerySubmission);

const QUEUE_DEFAULT = "default";
/** The built-in type that does what the Celery system's tasks did. */
export const CELERY_TYPE = "process_task";

/** `newId` is asked for tasks that bring no id. */
export function checkTask(value: unknown, newId: () => string): Checked {
	if (!submitted.Check(value)) return refuse(TaskAsSubmitted, value);
	return complete({
		id: value.id ?? newId(),
		route: formatRoute({
			queue: value.queue ?? QUEUE_DEFAULT,
			type: value.type,
			labels: value.labels ?? [],
		}),
		priority: value.priority ?? PRIORITY_DEFAULT,
		options: optionsOf(value),
		payload: JSON.stringify(value.payload ?? null),
	});
}

export function checkCelery(value: unknown): Checked {
	if (!celery.Check(value)) return refuse(CelerySubmission, value);
	const { task_id, task_data } = value;
	return complete({
		id: String(task_id),
		route: formatRoute({ queue: QUEUE_DEFAULT, type: CELERY_TYPE, labels: [] }),
		priority: value.priority ?? PRIORITY_DEFAULT,
		options: PLAIN,
		payload: JSON.stringify({ task_id, task_data }),
	});
}

function complete(task: NewTask): Checked {
	// A character is at most three bytes; only long payloads need counting.
	if (
		task.payload.length * 3 > PAYLOAD_BYTES_MAX &&
		Buffer.byteLength(task.payload) > PAYLOAD_BYTES_MAX
	) {
		const problem: Problem = {
			code: "too_large",
			detail: `The payload is larger than ${PAYLOAD_BYTES_MAX} bytes; keep the data elsewhere and send where it is.`,
			field: "payload",
		};
		return { ok: false, problem };
	}
	return { ok: true, task };
}

/** Says of a value that fails its schema where and why, in one sentence. */
function refuse(schema: TObject, value: unknown): Checked {
	const { field, detail } = firstFlaw(schema, value);
	const problem: Problem = { code: "invalid", detail };
	return { ok: false, problem: field ? { ...problem, field } : problem };
}

function firstFlaw(
	schema: TObject,
	value: unknown,
): { field?: string; detail: string } {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		return { detail: "A task must be a JSON object." };
	}
	const fields: Readonly<Record<string, TSchema>> = schema.properties;
	if ("additionalProperties" in schema) {
		for (const name in value) {
			if (Object.hasOwn(fields, name)) continue;
			const known = Object.keys(fields).join(", ");
			return {
				field: shorten(name),
				detail: `A task has no field "${shorten(name)}"; it has ${known}.`,
			};
		}
	}
	for (const [field, part] of Object.entries(fields)) {
		const missing = !Object.hasOwn(value, field);
		if (missing && !schema.required.includes(field)) continue;
		if (!missing && Check(part, (value as Record<string, unknown>)[field])) {
			continue;
		}
		const flaw = missing ? "is missing; it" : "is not right; it";
		return {
			field,
			detail: `The field "${field}" ${flaw} must be ${description(part)}.`,
		};
	}
	throw new Error("a submission failed as a whole but in none of its fields");
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
