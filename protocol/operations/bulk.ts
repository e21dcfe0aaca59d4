/** Operations on many tasks at once. */
import type { Operation } from "../operation.ts";
import type { ProblemCode } from "../problem.ts";

const HOW =
	"A request goes on for 20 s at most. If it does not come to the end, or to its `limit` before, the answer has a cursor, with which the next request goes on. A filter that is empty needs `all`.";

const problems = [
	"invalid",
	"store_unavailable",
	"store_full",
	"outcome_unknown",
	"overloaded",
] as const satisfies readonly ProblemCode[];

export const bulkOperations = {
	cancelTasks: {
		method: "POST",
		path: "/v1/tasks/cancel",
		tag: "Tasks",
		role: "operate",
		summary: "Ask many tasks to end",
		description: `Those that fit and have not ended; each as \`POST /v1/tasks/{id}/cancel\` does. ${HOW}`,
		body: "BulkCancelAsSubmitted",
		answers: { 200: { description: "So far.", shape: "BulkAnswer" } },
		problems,
	},
	retryTasks: {
		method: "POST",
		path: "/v1/tasks/retry",
		tag: "Tasks",
		role: "operate",
		summary: "Run many tasks again",
		description: `Those that fit and have ended without success, before the first of the requests; each as \`POST /v1/tasks/{id}/retry\` does. ${HOW}`,
		body: "BulkRetryAsSubmitted",
		answers: { 200: { description: "So far.", shape: "BulkAnswer" } },
		problems,
	},
	deleteTasks: {
		method: "POST",
		path: "/v1/tasks/delete",
		tag: "Tasks",
		role: "operate",
		summary: "Delete many tasks",
		description: `Those that fit and have ended, before the first of the requests; each as \`DELETE /v1/tasks/{id}\` does. ${HOW}`,
		body: "BulkDeleteAsSubmitted",
		answers: { 200: { description: "So far.", shape: "BulkAnswer" } },
		problems,
	},
} as const satisfies Readonly<Record<string, Operation>>;
