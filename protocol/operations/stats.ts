/** How work went, over time. */
import type { Operation } from "../operation.ts";

export const statsOperations = {
	getStats: {
		method: "GET",
		path: "/v1/stats",
		tag: "Cluster",
		role: "read",
		summary: "Read how work went",
		description:
			"Attempts that ended, how long tasks waited and ran, by queue and type, in steps of time. It is kept in Redis, and survives restarts; what ended in the last seconds may be missing.",
		query: {
			over: {
				description:
					"hour: the last hour by the minute; day: the last day by the quarter of an hour. hour when absent.",
				schema: { type: "string", enum: ["hour", "day"] },
				example: "hour",
			},
			queue: {
				description: "Only of this queue.",
				schema: { type: "string" },
				example: "images",
			},
			type: {
				description: "Only of this type.",
				schema: { type: "string" },
				example: "resize",
			},
		},
		answers: { 200: { description: "So it went.", shape: "Stats" } },
		problems: ["invalid", "store_unavailable"],
	},
} as const satisfies Readonly<Record<string, Operation>>;
