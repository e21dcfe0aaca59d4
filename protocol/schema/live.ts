/**
 * What the page is drawn from, as JSON Schema (TypeBox): the frames of `/v1/live`.
 *
 * A stream begins with a frame `first`, which says all there is. Each `next` one, a second later,
 * says only what is new: the reader keeps what it has received, by the keys named here,
 * and puts the new in its place. At any time another `first` may come, and whoever
 * reconnects gets one: it replaces all that was said before. Nothing has to be sent to go
 * on, so frames have no id. The server-sent event is called as the frame's `kind`.
 *
 * Moments named `…Ms` are in ms since 1970 by the clock of Redis, and so is `nowMs`, by which all
 * is to be drawn. Nodes have a number in the stream, `n`, since their ids are long.
 */
import Type, { type Static } from "typebox";
import { time } from "../fields.ts";
import {
	LIVE_DEATHS_MAX,
	LIVE_DEATHS_MS,
	LIVE_ELSEWHERE_MAX,
	LIVE_EVENTS_MAX,
	LIVE_FAILING_TYPES_MAX,
	LIVE_NAMES_MAX,
	LIVE_NODES_MANY,
	LIVE_QUEUES_MAX,
	LIVE_STEP_MS,
	LIVE_STEPS,
} from "../limits.ts";
import { TaskAsRead } from "../schema.ts";
import { EventAsRead } from "./events.ts";
import { count, maybe, ms, n, text } from "./live-fields.ts";
import { Lanes, LiveDeath } from "./live-lanes.ts";
import { NodeAsRead } from "./nodes.ts";
import { QueueAsRead } from "./overview.ts";

const Figures = Type.Object(
	{
		pending: count("tasks that wait: PENDING"),
		started: count("tasks that run: STARTED"),
		slots: count("tasks that all live nodes together may run at once"),
		endedInMinute: count("tasks that ended in the last 60 s, about"),
		failing: Type.Object(
			{
				ended: count("tasks that ended in the last 15 minutes, about"),
				failed: count("of these, those that are FAILURE"),
				types: Type.Array(
					Type.Object({
						type: Type.String(),
						failed: count(
							"attempts that failed or reached their timeout, also of tasks that were tried again",
						),
					}),
					{
						maxItems: LIVE_FAILING_TYPES_MAX,
						description: "of most failed attempts, worst first",
					},
				),
			},
			{ description: "the share of failures is failed / ended" },
		),
		oldest: maybe(
			Type.Object(
				{
					id: TaskAsRead.properties.id,
					queue: Type.String(),
					type: Type.String(),
					sinceMs: ms("since when: see `oldest` of a queue"),
				},
				{
					description:
						"the PENDING task that has waited longest; absent: none waits, or it is not known yet",
				},
			),
		),
	},
	{ description: "as of `nowMs`; while Redis is away as they were known last" },
);

/** One number for each step, oldest first; null if nobody has looked then. */
const perStep = (description: string) =>
	Type.Array(Type.Union([Type.Integer(), Type.Null()]), {
		maxItems: LIVE_STEPS,
		description,
	});

const Series = Type.Object(
	{
		stepMs: Type.Literal(LIVE_STEP_MS),
		untilMs: ms("when the newest step told here ended"),
		pending: perStep("PENDING at the end of the step"),
		started: perStep("STARTED then"),
		slots: perStep("slots of live nodes then"),
		ended: perStep("tasks that ended in the step"),
		failed: perStep("of these, those that are FAILURE"),
		oldestMs: perStep(
			"for how long the oldest PENDING task had waited then, ms",
		),
	},
	{
		description: `figures over the last 15 minutes: in a \`first\` ${LIVE_STEPS} steps, in a \`next\` those that are new. All lists are of the same length. null: nobody has looked then`,
	},
);

const LiveNode = Type.Object(
	{
		n: n(),
		id: maybe(NodeAsRead.properties.id),
		name: maybe(NodeAsRead.properties.name),
		state: maybe(NodeAsRead.properties.state),
		http: maybe(NodeAsRead.properties.http),
		zone: maybe(text("where it is, if it says so")),
		slots: maybe(count("tasks that it may run at once")),
		running: maybe(count("tasks that it runs")),
		load: maybe(
			Type.Number({ description: "how busy its event loop is, 0 to 1" }),
		),
		memoryBytes: maybe(
			count(
				"that its process takes, to the MiB; absent of a node that the answering one does not hear",
			),
		),
		leaseLeftMs: maybe(
			Type.Integer({
				description: `what was left of its lease at \`nowMs\`; it goes down by the clock until it is told again. Negative: run out. Told in each frame; with more than ${LIVE_NODES_MANY} nodes only if it is short, and once when it no longer is. A dead node has none`,
			}),
		),
		seenBy: maybe(
			count("nodes that are connected to it; which ones, `/v1/nodes` says"),
		),
		epoch: maybe(NodeAsRead.properties.epoch),
		startedMs: maybe(ms("when its program began")),
	},
	{
		description:
			"kept by `n`. Of a node that is new all fields are told that it has; later only those that have changed",
	},
);

const StoreAsSeen = Type.Object(
	{
		up: Type.Boolean(),
		awaySinceMs: maybe(ms("by the answering node's clock")),
		why: maybe(text("the error, in its own words")),
		agree: maybe(
			count("other nodes that say that they cannot reach it either"),
		),
		agreeNames: maybe(Type.Array(Type.String(), { maxItems: LIVE_NAMES_MAX })),
		disagree: maybe(count("other nodes that say that they can")),
		disagreeNames: maybe(
			Type.Array(Type.String(), { maxItems: LIVE_NAMES_MAX }),
		),
	},
	{ description: "whether the answering node reaches Redis" },
);

export const LiveFrame = Type.Object(
	{
		kind: Type.Enum(["first", "next", "closing"], {
			description:
				"closing: the stream ends, as `reason` says; connect to another node or, a little later, to this one. The event has the same name",
		}),
		asOf: maybe(time()),
		nowMs: maybe(ms("the same; absent in a `closing`")),
		from: maybe(
			Type.Enum(["store", "gossip"], {
				description:
					"gossip: Redis is away, and this is what the node has heard of others, and what it knew last",
			}),
		),
		cluster: maybe(text("its name; in a `first`")),
		by: maybe(text("the node that answers, by its id; in a `first`")),
		byName: maybe(Type.String()),
		store: maybe(StoreAsSeen),
		figures: maybe(Figures),
		series: maybe(Series),
		nodes: maybe(Type.Array(LiveNode, { description: "worst first" })),
		nodesGone: maybe(
			Type.Array(Type.Integer(), {
				description: "numbers of nodes that are no longer listed",
			}),
		),
		nodesMore: maybe(
			count(
				"nodes that have changed and are yet to be told, as they did not fit",
			),
		),
		lanes: maybe(Lanes),
		deaths: maybe(
			Type.Array(LiveDeath, {
				maxItems: LIVE_DEATHS_MAX,
				description: `nodes that lost a lease in the last ${LIVE_DEATHS_MS / 60_000} minutes, the newest ${LIVE_DEATHS_MAX} of them, newest first: in a \`first\` all, in a \`next\` those of which something has changed. Nothing says that one is no longer among them: by its \`atMs\` you know`,
			}),
		),
		events: maybe(
			Type.Array(EventAsRead, {
				maxItems: LIVE_EVENTS_MAX,
				description:
					"what happened that is worth telling, oldest first: to nodes, Redis and tokens, and tasks that failed, moved, or were acted upon. In a `next` those that are new; of too many those of tasks are left out first",
			}),
		),
		eventsMore: maybe(count("events left out of this frame")),
		queues: maybe(
			Type.Array(QueueAsRead, {
				maxItems: LIVE_QUEUES_MAX,
				description:
					"queues with waiting tasks, worst first: unserved, then oldest. The whole list, if anything in it has changed",
			}),
		),
		queuesMore: maybe(count("further queues with waiting tasks")),
		elsewhere: maybe(
			Type.Array(Type.String(), {
				maxItems: LIVE_ELSEWHERE_MAX,
				description:
					"where other live nodes answer, to go on with if this one does not; when that has changed",
			}),
		),
		reason: maybe(
			Type.Enum(["slow", "stopping", "refused"], {
				description:
					"of a `closing`: `slow` you have read too slowly, `stopping` the node stops, `refused` your access token was revoked",
			}),
		),
	},
	{ description: "the `data` of one frame of the stream" },
);
export type LiveFrame = Static<typeof LiveFrame>;
