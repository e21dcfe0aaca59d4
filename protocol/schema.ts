/**
 * What comes out over HTTP, as JSON Schema (TypeBox): it generates `/openapi.json`, and is
 * the types of what a client reads; so they cannot come to disagree. What goes in is in
 * `schema/submitted.ts`.
 */
import Type, { type Static, type TInteger } from "typebox";
import { missing, time, words } from "./fields.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";
import { links } from "./schema/links.ts";
import { ATTEMPT_ENDS, TASK_STATES, type TaskState } from "./state.ts";
import type { TaskError } from "./task.ts";
import { OPTIONS } from "./task-options.ts";

const problemCodes = Object.keys(PROBLEMS) as ProblemCode[];

/** A problem, as in RFC 9457; `type` is always the default, about:blank. */
export const ProblemAsRead = Type.Object({
	code: words(problemCodes),
	title: Type.String(),
	status: Type.Integer(),
	detail: Type.String({
		description: "one sentence: what is wrong and what to do",
	}),
	field: Type.Optional(
		Type.String({ description: "where, in the words of the request" }),
	),
	id: Type.Optional(
		Type.String({
			description:
				"of the task that was submitted, its own or the one that the node gave it: to send it again under",
		}),
	),
	reasons: Type.Optional(Type.Array(Type.String())),
});
export type ProblemAsRead = Static<typeof ProblemAsRead>;

const nodeName = () =>
	Type.Optional(
		Type.String({
			description:
				"what the node is called, or was; absent if the node that answers never saw it",
		}),
	);

const errorRef = Type.Unsafe<TaskError>({
	$ref: "#/components/schemas/TaskError",
});

const AttemptAsRead = Type.Object({
	round: Type.Integer({ description: "of the task, in which it was begun" }),
	token: Type.Integer(),
	node: Type.String(),
	nodeName: nodeName(),
	claimedAt: time(),
	startedAt: Type.Optional(time()),
	endedAt: Type.Optional(time()),
	end: Type.Optional(words(ATTEMPT_ENDS)),
	why: Type.Optional(
		Type.String({
			description:
				"one clause: why it was lost, handed back, or crashed; absent where it came to an end of its own",
		}),
	),
	by: Type.Optional(
		Type.String({ description: "the node that took the lease of its own" }),
	),
	byName: nodeName(),
	error: Type.Optional(errorRef),
});

const Waiting = Type.Object(
	{
		for: Type.Enum(["due", "retry", "slot", "unserved"], {
			description:
				"due: the time that it asked for; retry: the next try, after one that failed; slot: its turn, as nodes can run it; unserved: a node that can",
		}),
		until: Type.Optional(time()),
		ahead: Type.Optional(
			Type.Integer({
				description:
					"tasks that wait before it, of the same queue, type and labels and in the same shard; told where one task is read, not in lists",
			}),
		),
		missing: missing(),
	},
	{ description: "why it has not begun" },
);

export const TaskErrorAsRead = Type.Object({
	code: Type.String(),
	message: Type.String(),
	stack: Type.Optional(Type.String()),
	cause: Type.Optional(errorRef),
	errors: Type.Optional(
		Type.Array(errorRef, {
			description: "what an error of several is made of",
		}),
	),
});

export const TaskAsRead = Type.Object({
	id: Type.String(),
	type: Type.String(),
	queue: Type.String(),
	labels: Type.Array(Type.String()),
	priority: Type.Integer(),
	...OPTIONS,
	state: words(TASK_STATES),
	unserved: Type.Optional(
		Type.Literal(true, {
			description: "it waits or is not due yet, and no live node can run it",
		}),
	),
	waiting: Type.Optional(Waiting),
	createdAt: time(),
	dueAt: Type.Optional(time()),
	expiresAt: Type.Optional(time()),
	startedAt: Type.Optional(time()),
	finishedAt: Type.Optional(time()),
	node: Type.Optional(
		Type.String({ description: "the node that runs it, or ran it last" }),
	),
	nodeName: nodeName(),
	token: Type.Optional(
		Type.Integer({ description: "fencing number of that run" }),
	),
	attempt: Type.Integer({
		description: "number of the newest attempt, 0 before the first",
	}),
	round: Type.Integer({
		description: "1, and one more each time that it was opened again",
	}),
	failures: Type.Integer({
		description:
			"attempts of this round that failed and were to be tried again",
	}),
	crashes: Type.Integer(),
	error: Type.Optional(errorRef),
	cancel: Type.Optional(
		Type.Object(
			{
				at: time(),
				by: Type.String({
					description: "the node that was asked, by its name",
				}),
				asker: Type.Optional(
					Type.String({
						description:
							"the name of the access token that asked, if one was needed",
					}),
				),
				reason: Type.Optional(Type.String()),
			},
			{ description: "that somebody has asked it to end" },
		),
	),
	attempts: Type.Array(AttemptAsRead, { description: "oldest first" }),
	payload: Type.Optional(
		Type.Unknown({ description: "absent for a token that may not see it" }),
	),
	result: Type.Optional(Type.Unknown()),
});
export type TaskAsRead = Static<typeof TaskAsRead>;

/** The state of a task when its submission is answered, with its attempt if it runs. */
const stateWhenTaken = {
	state: TaskAsRead.properties.state,
	attempt: Type.Optional(TaskAsRead.properties.attempt),
	node: TaskAsRead.properties.node,
	token: TaskAsRead.properties.token,
	unserved: TaskAsRead.properties.unserved,
};
const StateWhenTaken = Type.Object(stateWhenTaken);
export type StateWhenTaken = Static<typeof StateWhenTaken>;

/** The answer to one accepted task: what is known without asking the store. */
export const TaskAsAccepted = Type.Object({
	id: TaskAsRead.properties.id,
	...stateWhenTaken,
	type: TaskAsRead.properties.type,
	queue: TaskAsRead.properties.queue,
	labels: TaskAsRead.properties.labels,
	priority: TaskAsRead.properties.priority,
	...OPTIONS,
});
export type TaskAsAccepted = Static<typeof TaskAsAccepted>;

/** What was wrong with one item of many. */
export const ItemProblem = Type.Pick(
	ProblemAsRead,
	["code", "detail", "field"],
	{ description: "its field is relative to the item" },
);

/** The answer to one item of many, which stands at that item's place. */
export const ItemAnswer = Type.Object({
	id: Type.Optional(
		Type.String({
			description:
				"its own, or the one that the node gave it: to send it again under; absent if it had none and is not valid",
		}),
	),
	status: Type.Integer({
		description:
			"202 accepted, 200 was there already, else the status of the problem",
	}),
	...stateWhenTaken,
	state: Type.Optional(stateWhenTaken.state),
	problem: Type.Optional(ItemProblem),
});
export type ItemAnswer = Static<typeof ItemAnswer>;

export const BatchAnswer = Type.Object({
	tasks: Type.Array(ItemAnswer, { description: "in the order of the request" }),
	links,
});

export const TaskAsListed = Type.Object({
	...TaskAsRead.properties,
	payload: Type.Optional(TaskAsRead.properties.payload),
});
export type TaskAsListed = Static<typeof TaskAsListed>;

export const TaskList = Type.Object({
	tasks: Type.Array(TaskAsListed, {
		description: "newest first; without payload and result unless `full`",
	}),
	cursor: Type.Optional(
		Type.String({ description: "for the next page; absent on the last" }),
	),
	asOf: time(),
	searchedBackTo: Type.Optional({
		...time(),
		description:
			"the page is short, as much had to be searched: of the tasks created since, it has all that fit",
	}),
	links,
});

/** The counts of tasks, by state. */
const Counts = Type.Object(
	Object.fromEntries(
		TASK_STATES.map((state) => [state, Type.Integer()]),
	) as Readonly<Record<TaskState, TInteger>>,
);

export const ClusterAsRead = Type.Object({
	cluster: Type.String(),
	node: Type.String({ description: "the node that answers" }),
	nodeName: nodeName(),
	counts: Counts,
	totals: Type.Object({
		accepted: Type.Integer(),
		attempts: Type.Integer(),
		stale: Type.Integer({
			description: "ends refused because the attempt was no longer the newest",
		}),
	}),
	backlog: Type.Array(
		Type.Object({
			queue: Type.String(),
			type: Type.String(),
			labels: Type.Array(Type.String()),
			count: Type.Integer(),
			/** Present if no living node can run them. */
			unserved: Type.Optional(Type.Literal(true)),
		}),
		{ description: "waiting tasks by what a node must serve to run them" },
	),
	backlogMore: Type.Optional(
		Type.Integer({
			description:
				"queues, types and label sets with waiting tasks that are not told, as there are so many: in each shard those are that tasks came to last",
		}),
	),
	store: Type.Object({
		up: Type.Boolean(),
		shards: Type.Integer(),
		generation: Type.Integer(),
		durability: Type.Object({
			appendOnly: Type.Optional(Type.Boolean()),
			fsync: Type.Optional(words(["always", "everysec", "no"])),
			evictionPolicy: Type.Optional(Type.String()),
		}),
	}),
	peers: Type.Array(Type.String(), {
		description: "nodes that the answering one is connected to",
	}),
	asOf: time(),
});
export type ClusterAsRead = Static<typeof ClusterAsRead>;
