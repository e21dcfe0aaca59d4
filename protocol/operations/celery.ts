/**
 * Operations of the Celery and Flask system that Hearsay replaces. It ignored
 * parameters that it did not know.
 */
import type { Operation } from "../operation.ts";
import { ITEM_PROBLEMS } from "../problem.ts";

export const celeryOperations = {
	addTask: {
		method: "POST",
		path: "/add_task",
		tag: "Celery",
		role: "submit",
		summary: "Submit as to the Celery system",
		description:
			"One task, or an array of them, of the built-in type `process_task`. Each is a task of its own, also under a task_id that was used before. So what is sent again, because its answer was lost, may run twice.",
		query: "any",
		body: { anyOf: ["CelerySubmission", { arrayOf: "CelerySubmission" }] },
		answers: {
			200: {
				description: "Taken; of an array, those that are not REJECTED.",
				headers: {
					Location: "Where to read the task, if it came alone.",
					"Link-Template": "Of an array, where to read a task by its id.",
				},
				shape: {
					anyOf: [
						"CeleryAccepted",
						{ arrayOf: { anyOf: ["CeleryAccepted", "CeleryRejected"] } },
					],
				},
			},
		},
		problems: ITEM_PROBLEMS,
		refused: { arrayOf: "CeleryRejected" },
	},
	listStatuses: {
		method: "GET",
		path: "/status/all",
		tag: "Celery",
		role: "read",
		summary: "List all tasks, in Celery's words",
		description:
			"The newest that fit into one answer, oldest first, each run of a task_id by itself.",
		query: "any",
		answers: { 200: { description: "The tasks.", shape: "CeleryList" } },
		problems: ["store_unavailable", "overloaded"],
	},
	getStatus: {
		method: "GET",
		path: "/status/{task_id}",
		tag: "Celery",
		role: "read",
		summary: "Read a task, in Celery's words",
		description:
			"Whatever it was submitted by; of several of this id, the newest.",
		places: {
			task_id: {
				description: "The id of the task, or its task_id if that is a name.",
				schema: { type: "string" },
				example: "7",
			},
		},
		query: "any",
		answers: {
			200: {
				description: "The task as it stands.",
				shape: "CeleryTask",
				headers: { Location: "Where to read all of it." },
			},
		},
		problems: ["not_found", "store_unavailable", "overloaded"],
	},
} as const satisfies Readonly<Record<string, Operation>>;
