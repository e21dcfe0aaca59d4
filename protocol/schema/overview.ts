/** The work at large as clients read it, as JSON Schema (TypeBox): its queues, and why tasks failed. */
import Type, { type Static } from "typebox";
import { missing, time } from "../fields.ts";
import {
	BUSY_ROUTES_MAX,
	FAILURES_LOOKED_MAX,
	FIRST_LINE_CHARS_MAX,
	QUEUE_NODES_TOLD_MAX,
} from "../limits.ts";
import { TaskAsRead } from "../schema.ts";

const asOf = () =>
	Type.String({
		format: "date-time",
		description: "when that was so, by the clock of Redis",
	});

export const QueueAsRead = Type.Object({
	queue: Type.String(),
	type: Type.String(),
	labels: Type.Array(Type.String(), {
		description: "what a node must have besides",
	}),
	counts: Type.Object(
		{
			PENDING: Type.Integer(),
			STARTED: Type.Integer(),
			SCHEDULED: Type.Integer(),
		},
		{ description: "tasks that wait, that run, and that are not due yet" },
	),
	oldest: Type.Optional(
		Type.Object(
			{
				id: TaskAsRead.properties.id,
				since: time(),
				waitMs: Type.Integer(),
			},
			{
				description:
					"absent if none waits: the task that has waited longest, whatever its priority, and since when: since it was accepted, or since it was due; one that lost its node or was handed back goes to its first place again, and counts from its acceptance",
			},
		),
	),
	servedBy: Type.Object(
		{
			nodes: Type.Integer({ description: "live nodes that can run them" }),
			names: Type.Array(Type.String(), {
				description: `of these, up to ${QUEUE_NODES_TOLD_MAX}`,
			}),
			concurrency: Type.Optional(
				Type.Integer({
					description:
						"how many tasks of the type they run at once, all together, if the handler says it on each of them",
				}),
			),
		},
		{ description: "as far as the answering node knows" },
	),
	unserved: Type.Optional(
		Type.Literal(true, { description: "no live node can run them" }),
	),
	missing: missing(),
});
export type QueueAsRead = Static<typeof QueueAsRead>;

export const QueueList = Type.Object({
	queues: Type.Array(QueueAsRead, {
		description: `one for each queue, type and labels with waiting tasks: those that nobody serves first, then by how long their oldest task has waited; behind them those of whose tasks none waits: in each shard the ${BUSY_ROUTES_MAX} with most that run, and as many with most that are not due yet`,
	}),
	cursor: Type.Optional(
		Type.String({ description: "for the next page; absent on the last" }),
	),
	asOf: asOf(),
});

export const FailureAsRead = Type.Object({
	type: Type.String(),
	code: Type.String(),
	firstLine: Type.String({
		description: `of the error's message, up to ${FIRST_LINE_CHARS_MAX} characters; empty for a token that may not see it`,
	}),
	count: Type.Integer(),
	newest: Type.Object({ id: TaskAsRead.properties.id, finishedAt: time() }),
});
export type FailureAsRead = Static<typeof FailureAsRead>;

export const FailureList = Type.Object({
	failures: Type.Array(FailureAsRead, {
		description: "most tasks first, and of as many the newest",
	}),
	more: Type.Optional(
		Type.Integer({
			description: "how many others there are, with fewer tasks",
		}),
	),
	since: time(),
	searchedBackTo: Type.Optional(
		Type.String({
			format: "date-time",
			description: `there were too many (${FAILURES_LOOKED_MAX}): those are counted that ended since then, and perhaps some before`,
		}),
	),
	asOf: asOf(),
});
