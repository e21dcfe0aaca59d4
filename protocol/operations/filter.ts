/** The parameters by which a list is filtered; a task has to fit all that are given. */
import { FIND_TAGS_MAX, FIND_TEXT_CHARS_MAX } from "../limits.ts";
import type { Parameter } from "../operation.ts";
import { TASK_STATES } from "../state.ts";

const text = { type: "string", minLength: 1 };
const time = { type: "string", format: "date-time" };

export const filterParameters = {
	state: {
		description: "Only tasks in this state; in capitals or not.",
		schema: { type: "string", enum: TASK_STATES },
		example: "FAILURE",
	},
	type: {
		description: "Only tasks of this type.",
		schema: text,
		example: "resize",
	},
	queue: {
		description: "Only tasks of this queue.",
		schema: text,
		example: "images",
	},
	tag: {
		description: "Only tasks that have this tag, and every other one given.",
		schema: { type: "array", items: text, maxItems: FIND_TAGS_MAX },
		example: ["customer:42"],
		isRepeatable: true,
	},
	node: {
		description:
			"Only tasks whose newest attempt is, or was, this node's; its id or its name.",
		schema: text,
		example: "node-1",
	},
	q: {
		description:
			"Only tasks that this finds: first the one that has it as its id, then those whose ids begin with it, then those that have it in the JSON of their payload, result or error.",
		schema: { ...text, maxLength: FIND_TEXT_CHARS_MAX },
		example: "cat.jpg",
	},
	since: {
		description: "Only tasks created then or later.",
		schema: time,
		example: "2026-11-29T00:00:00Z",
	},
	until: {
		description: "Only tasks created before.",
		schema: time,
		example: "2026-11-30T00:00:00Z",
	},
	attemptMin: {
		description: "Only tasks with at least so many attempts.",
		schema: { type: "integer", minimum: 1 },
		example: 2,
	},
	moved: {
		description:
			"true: only tasks of which an attempt was cut off, as its node died or lost its lease, and the next one was another node's.",
		schema: { type: "boolean" },
		example: true,
	},
} as const satisfies Readonly<Record<string, Parameter>>;
