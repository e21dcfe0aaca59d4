/** The stream of events. */
import { EVENT_KINDS } from "../event.ts";
import { EVENT_WORDS_MAX } from "../limits.ts";
import type { Operation } from "../operation.ts";

const words = (
	description: string,
	example: readonly string[],
	items: object = { type: "string" },
) =>
	({
		description: `${description} May be given several times, ${EVENT_WORDS_MAX} at most.`,
		schema: { type: "array", items, maxItems: EVENT_WORDS_MAX },
		example,
		isRepeatable: true,
	}) as const;

/**
 * The pages for which frames are asked for; `summary`: any that shows only the state of the
 * cluster and its nodes.
 */
export const LIVE_PAGES = ["cluster", "summary"] as const;
export type LivePage = (typeof LIVE_PAGES)[number];

export const eventOperations = {
	readEvents: {
		method: "GET",
		path: "/v1/events",
		tag: "Cluster",
		role: "read",
		summary: "Watch what happens",
		description:
			"A stream of server-sent events: what happens to tasks and nodes, as it happens. Each event has an id, with which any node goes on from there. They come in order for each task, and for each shard. If some are missing, an event `reset` says so. Who reads too slowly is cut off, and may go on from the last id.",
		headers: {
			"Last-Event-ID": {
				description:
					"The id of the last event that was read, of any node: what follows it. It comes before `after`.",
				schema: { type: "string" },
				example: "lkz0a.2n9c.mjtx2q0g",
			},
		},
		query: {
			kind: words("Only events of these kinds.", ["task.ended"], {
				type: "string",
				enum: EVENT_KINDS,
			}),
			type: words("Only of tasks of these types.", ["resize"]),
			queue: words("Only of tasks on these queues.", ["images"]),
			tag: words("Only of tasks that have all of these tags.", ["nightly"]),
			task: words("Only of these tasks, by their ids.", ["thumb-17"]),
			node: words(
				"Only what these nodes run, and what becomes of them, by their ids or names.",
				["node-1"],
			),
			after: {
				description:
					"The id of an event: what follows it. Absent: what happens from now on.",
				schema: { type: "string" },
				example: "lkz0a.2n9c.mjtx2q0g",
			},
		},
		answers: {
			200: {
				description: "The stream, which ends when either side does.",
				shape: { eventsOf: "EventAsRead" },
			},
		},
		problems: ["invalid", "store_unavailable", "overloaded"],
	},
	readLive: {
		method: "GET",
		path: "/v1/live",
		tag: "Cluster",
		role: "read",
		summary: "Watch how things are",
		description:
			"A stream of server-sent events that the page is drawn from: a frame a second of figures, nodes, what they run, what happened, and what waits. The first one (`first`, 256 KiB at most) says all, with the last minute; each `next` (16 KiB at most) what is new, and what finds no room comes a second later. While Redis is away they go on, from what nodes tell each other. Whoever connects again is told all again. Who reads too slowly is cut off.",
		query: {
			page: {
				description:
					"cluster: all; summary: without lanes, series, events and queues. cluster when absent.",
				schema: { type: "string", enum: LIVE_PAGES },
				example: "cluster",
			},
		},
		answers: {
			200: {
				description: "The stream, which ends when either side does.",
				shape: { eventsOf: "LiveFrame" },
			},
		},
		problems: ["invalid", "overloaded"],
	},
} as const satisfies Readonly<Record<string, Operation>>;
