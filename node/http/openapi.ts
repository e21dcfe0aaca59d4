/**
 * `/openapi.json`: OpenAPI 3.1, made from the very schemas that validate.
 */
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";
import {
	CeleryAccepted,
	CeleryList,
	CeleryRejected,
	CelerySubmission,
	CeleryTask,
} from "../../protocol/celery.ts";
import {
	LIST_LIMIT_DEFAULT,
	LIST_LIMIT_MAX,
	WAIT_MS_MAX,
} from "../../protocol/limits.ts";
import { ITEM_PROBLEMS, problemStatus } from "../../protocol/problem.ts";
import {
	BatchAnswer,
	ClusterAsRead,
	ItemAnswer,
	NodeList,
	ProblemAsRead,
	TaskAsAccepted,
	TaskAsRead,
	TaskAsSubmitted,
	TaskErrorAsRead,
	TaskList,
} from "../../protocol/schema.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import { PROBLEM_TYPE, sendJson } from "./answer.ts";
import { NDJSON_TYPE } from "./body.ts";

const JSON_BODY = "application/json";

const schemas = {
	TaskAsSubmitted,
	TaskAsAccepted,
	TaskAsRead,
	TaskList,
	ItemAnswer,
	BatchAnswer,
	NodeList,
	ClusterAsRead,
	CelerySubmission,
	CeleryAccepted,
	CeleryRejected,
	CeleryTask,
	CeleryList,
	TaskError: TaskErrorAsRead,
	Problem: ProblemAsRead,
} satisfies Record<string, TSchema>;

export function routeOpenapi(app: FastifyInstance, version: string): void {
	const text = JSON.stringify({
		openapi: "3.1.0",
		info: { title: "Hearsay", version },
		paths,
		components: { schemas },
	});
	app.get("/openapi.json", (_request, reply) => sendJson(reply, 200, text));
}

function ref(name: keyof typeof schemas) {
	return { $ref: `#/components/schemas/${name}` };
}

function arrayOf(...names: (keyof typeof schemas)[]) {
	return { type: "array", items: { anyOf: names.map(ref) } };
}

/** One schema, or an array of them. */
function oneOrMany(name: keyof typeof schemas) {
	return { anyOf: [ref(name), arrayOf(name)] };
}

function answer(description: string, schema: object, type = JSON_BODY) {
	return { description, content: { [type]: { schema } } };
}

const problem = answer(
	"Refused; `code` and `field` say why",
	ref("Problem"),
	PROBLEM_TYPE,
);

/** `many`: how the answers to many look by type, where none of them was taken. */
function refusals(many: Readonly<Record<string, object>>) {
	const refused = {
		description:
			"Refused; of many, none was taken, and each item's `problem` says why",
		content: {
			...problem.content,
			...Object.fromEntries(
				Object.entries(many).map(([type, schema]) => [type, { schema }]),
			),
		},
	};
	const statuses = new Set(ITEM_PROBLEMS.map(problemStatus));
	return Object.fromEntries([...statuses].map((each) => [each, refused]));
}

function read(summary: string, schema: object, parameters: object[] = []) {
	const responses = { 200: answer("As asked", schema), default: problem };
	return { get: { summary, parameters, responses } };
}

function parameter(
	at: "path" | "query" | "header",
	name: string,
	schema: object,
) {
	return { in: at, name, required: at === "path", schema };
}

const text = { type: "string" };
const drained = {
	type: "object",
	properties: { id: text, name: text, state: text },
};
const status = { type: "object", properties: { status: text } };

const lines = { ...ref("ItemAnswer"), description: "One a line" };

const submit = {
	post: {
		summary: "Submit one task, an array, or NDJSON with a task a line",
		parameters: [parameter("header", "Idempotency-Key", text)],
		requestBody: {
			required: true,
			content: {
				[JSON_BODY]: { schema: oneOrMany("TaskAsSubmitted") },
				[NDJSON_TYPE]: { schema: ref("TaskAsSubmitted") },
			},
		},
		responses: {
			200: answer("The same task was there already", ref("TaskAsRead")),
			202: {
				description: "Taken; of many, those whose item says so",
				headers: { Location: { schema: text } },
				content: {
					[JSON_BODY]: {
						schema: { anyOf: [ref("TaskAsAccepted"), ref("BatchAnswer")] },
					},
					[NDJSON_TYPE]: { schema: lines },
				},
			},
			...refusals({ [JSON_BODY]: ref("BatchAnswer"), [NDJSON_TYPE]: lines }),
			default: problem,
		},
	},
};

const list = read("The newest tasks", ref("TaskList"), [
	parameter("query", "state", { enum: TASK_STATES }),
	parameter("query", "limit", {
		type: "integer",
		minimum: 1,
		maximum: LIST_LIMIT_MAX,
		default: LIST_LIMIT_DEFAULT,
	}),
	parameter("query", "cursor", text),
]);

const paths = {
	"/v1/tasks": { ...submit, ...list },
	"/v1/tasks/{id}": read(
		"One task; with `wait`, once it has ended",
		ref("TaskAsRead"),
		[
			parameter("path", "id", text),
			parameter("query", "wait", {
				type: "string",
				examples: ["30s", "500ms"],
				description: `At most so long, and ${WAIT_MS_MAX / 1_000} s; a number without a unit is milliseconds. An answer without an end says by \`Retry-After\` when to ask again`,
			}),
		],
	),
	"/v1/cluster": read("Counts, backlog and store", ref("ClusterAsRead")),
	"/v1/nodes": read("All nodes", ref("NodeList")),
	"/v1/nodes/{id}/drain": {
		post: {
			summary: "Send a node, by its id or name, away: it drains, then stops",
			parameters: [parameter("path", "id", text)],
			responses: { 202: answer("Asked", drained), default: problem },
		},
	},
	"/healthz": read("Whether the node is alive", status),
	"/readyz": read("Whether it can accept and claim", status),
	"/add_task": {
		post: {
			summary: "Submit as to the Celery system that Hearsay replaces",
			requestBody: {
				required: true,
				content: { [JSON_BODY]: { schema: oneOrMany("CelerySubmission") } },
			},
			responses: {
				200: answer("Taken; of many, those that are not REJECTED", {
					anyOf: [
						ref("CeleryAccepted"),
						arrayOf("CeleryAccepted", "CeleryRejected"),
					],
				}),
				...refusals({ [JSON_BODY]: arrayOf("CeleryRejected") }),
				default: problem,
			},
		},
	},
	"/status/all": read("All tasks, in Celery's words", ref("CeleryList")),
	"/status/{task_id}": read("One task, in Celery's words", ref("CeleryTask"), [
		parameter("path", "task_id", text),
	]),
};
