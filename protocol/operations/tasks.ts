/** Operations on tasks. */
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, WAIT_MS_MAX } from "../limits.ts";
import type { Operation, Parameter } from "../operation.ts";
import { ITEM_PROBLEMS } from "../problem.ts";
import { filterParameters } from "./filter.ts";

const taskId: Parameter = {
	description: "The id of the task.",
	schema: { type: "string" },
	example: "thumb-17",
};

const key: Parameter = {
	description:
		"Makes it safe to send the request again: tasks without an id get one that follows from the key, so that the same key means the same tasks.",
	schema: { type: "string", minLength: 1 },
	example: "order-4711",
};

const limit: Parameter = {
	description: `How many at most; ${LIST_LIMIT_DEFAULT} when absent.`,
	schema: { type: "integer", minimum: 1, maximum: LIST_LIMIT_MAX },
	example: 100,
};

const cursor: Parameter = {
	description:
		"That an earlier page of the same list ended with: what comes after it.",
	schema: { type: "string" },
	example: "1700000000000.0.0.1x2y3z",
};

const full: Parameter = {
	description: "true: with payloads and results.",
	schema: { type: "boolean", default: false },
	example: true,
};

const wait: Parameter = {
	description: `To be answered once the task has ended, or after so long, and ${WAIT_MS_MAX / 1_000} s at most. A number without a unit is milliseconds.`,
	schema: { type: "string" },
	example: "30s",
};

const EACH =
	"Each is answered for in order, and the good ones are taken, whatever the others are.";

const LOCATION = { Location: "Where to read the task." };

export const taskOperations = {
	submitTasks: {
		method: "POST",
		path: "/v1/tasks",
		tag: "Tasks",
		role: "submit",
		summary: "Submit a task, or an array of them",
		description: `A task that was taken is stored. The same id again is the same task: with the same content it is answered as it stands, with other content it is a conflict. Of an array, each task is a matter of its own: ${EACH.toLowerCase()} NDJSON is taken here, too, and answered as \`POST /v1/tasks.ndjson\` does.`,
		headers: { "Idempotency-Key": key },
		body: {
			anyOf: ["TaskAsSubmitted", { arrayOf: "TaskAsSubmitted" }],
		},
		answers: {
			200: {
				description: "The same task was there already; so it stands.",
				shape: "TaskAsRead",
				headers: LOCATION,
			},
			202: {
				description: "Taken; of an array, those whose item says so.",
				shape: { anyOf: ["TaskAsAccepted", "BatchAnswer"] },
				headers: { Location: "Where to read the task, if it came alone." },
			},
		},
		problems: ITEM_PROBLEMS,
		refused: "BatchAnswer",
	},
	submitTaskLines: {
		method: "POST",
		path: "/v1/tasks.ndjson",
		tag: "Tasks",
		role: "submit",
		summary: "Submit many tasks, one a line",
		description: `NDJSON: each line is one task, and each line of the answer what became of it. ${EACH}`,
		headers: { "Idempotency-Key": key },
		body: { linesOf: "TaskAsSubmitted" },
		answers: {
			202: {
				description: "Taken; those whose line says so.",
				shape: { linesOf: "ItemAnswer" },
				headers: {
					"Link-Template": "Where to read a task, by its id (RFC 9652).",
				},
			},
		},
		problems: ITEM_PROBLEMS,
		refused: { linesOf: "ItemAnswer" },
	},
	listTasks: {
		method: "GET",
		path: "/v1/tasks",
		tag: "Tasks",
		role: "read",
		summary: "List the newest tasks, or find some",
		description:
			"A page of the tasks that are remembered and fit all that is asked, newest first. Where much had to be searched it may be short, or empty: then it has a cursor, and says how far it came.",
		query: { ...filterParameters, full, limit, cursor },
		answers: { 200: { description: "The page.", shape: "TaskList" } },
		problems: ["store_unavailable", "overloaded"],
	},
	getTask: {
		method: "GET",
		path: "/v1/tasks/{id}",
		tag: "Tasks",
		role: "read",
		summary: "Read a task, or wait for its end",
		description: "The task with all its attempts; with `wait`, once it ended.",
		places: { id: taskId },
		query: { wait },
		answers: {
			200: {
				description: "The task as it stands.",
				shape: "TaskAsRead",
				headers: {
					...LOCATION,
					"Retry-After":
						"After a wait that saw no end: in so many seconds, ask again.",
				},
			},
		},
		problems: ["not_found", "store_unavailable", "overloaded"],
	},
	retryTask: {
		method: "POST",
		path: "/v1/tasks/{id}/retry",
		tag: "Tasks",
		role: "submit",
		summary: "Run a task again that has ended without success",
		description:
			"It has another round: what it failed and crashed counts from 0, its time to expire begins anew, and its earlier attempts stay readable. Of a task in another round than the one that is meant nothing changes, so a request that is sent again starts no third round.",
		places: { id: taskId },
		body: "RetryAsSubmitted",
		bodyMayBeAbsent: true,
		answers: {
			200: {
				description: "The task as it stands.",
				shape: "TaskAsRead",
				headers: LOCATION,
			},
		},
		problems: [
			"invalid",
			"not_found",
			"not_ended",
			"already_ended",
			"store_unavailable",
			"overloaded",
		],
	},
	changeTask: {
		method: "PATCH",
		path: "/v1/tasks/{id}",
		tag: "Tasks",
		role: "submit",
		summary: "Change a task that waits, or is not due yet",
		description:
			"What is left out stays as it is. If it is to be due at another time and expires so long after it is due, its expiry moves with that. The submission that it came with is the same task still, and may be sent again.",
		places: { id: taskId },
		body: "ChangesAsSubmitted",
		answers: {
			200: {
				description: "The task as it stands.",
				shape: "TaskAsRead",
				headers: LOCATION,
			},
		},
		problems: [
			"invalid",
			"not_found",
			"not_waiting",
			"store_unavailable",
			"overloaded",
		],
	},
	deleteTask: {
		method: "DELETE",
		path: "/v1/tasks/{id}",
		tag: "Tasks",
		role: "operate",
		summary: "Delete a task that has ended",
		description:
			"It is forgotten with its result and its attempts; its id may be used for another task.",
		places: { id: taskId },
		answers: {
			200: { description: "The task as it was.", shape: "TaskAsRead" },
		},
		problems: ["not_found", "not_ended", "store_unavailable", "overloaded"],
	},
	cancelTask: {
		method: "POST",
		path: "/v1/tasks/{id}/cancel",
		tag: "Tasks",
		role: "submit",
		summary: "Ask a task to end",
		description:
			"One that has not begun is CANCELLED at once. One that runs is told to stop by the node that has it, and is CANCELLED when it has; a result that comes first stands. By `force` it is CANCELLED at once, and its code is stopped after. Of a task in another round than the one that is meant, and of one that is CANCELLED already, nothing changes.",
		places: { id: taskId },
		body: "CancelAsSubmitted",
		bodyMayBeAbsent: true,
		answers: {
			200: {
				description: "The task as it stands.",
				shape: "TaskAsRead",
				headers: LOCATION,
			},
			202: {
				description: "It runs, and is told to stop; so it stands.",
				shape: "TaskAsRead",
				headers: LOCATION,
			},
		},
		problems: [
			"invalid",
			"not_found",
			"already_ended",
			"store_unavailable",
			"overloaded",
		],
	},
} as const satisfies Readonly<Record<string, Operation>>;
