/** Events as clients read them, as JSON Schema (TypeBox). */
import Type, { type Static } from "typebox";
import { EVENT_KINDS } from "../event.ts";
import { time } from "../fields.ts";
import { TASK_STATES } from "../state.ts";

const text = (description: string) =>
	Type.Optional(Type.String({ description }));
const number = (description: string) =>
	Type.Optional(Type.Integer({ description }));
const moment = (description: string) =>
	Type.Optional(Type.String({ format: "date-time", description }));

export const EventAsRead = Type.Object(
	{
		kind: Type.Enum([...EVENT_KINDS, "reset", "closing"], {
			description:
				"what has happened. `reset`: events are missing, as `reason` says; `closing`: this stream ends, go on from your last id on another node or, a little later, on this one",
		}),
		at: Type.Optional(time()),
		shard: number("the shard in which it happened, from 0"),
		task: text("the task's id"),
		queue: text("of the task"),
		type: text("of the task"),
		labels: Type.Optional(
			Type.Array(Type.String(), { description: "of the task, if it has any" }),
		),
		tags: Type.Optional(
			Type.Array(Type.String(), { description: "of the task, if it has any" }),
		),
		state: Type.Optional(
			Type.Enum([...TASK_STATES], {
				description: "that the task is in by it",
			}),
		),
		round: number("of the task"),
		attempt: number("the number of the attempt that it is about"),
		token: number("of that attempt, unless that has ended the task"),
		end: text("how that attempt ended by it, if it did"),
		priority: number("that a changed task has now"),
		dueAt: moment("when the task is due, if it does not wait yet"),
		by: text(
			"the node that was asked to end the task, by its name; or whose view this is, by its id",
		),
		asker: text(
			"the name of the access token that asked the task to end, if one was needed",
		),
		node: text("the node that it is about, by its id"),
		nodeName: text("what that is called, if it is known"),
		epoch: number("of the session that it is about"),
		tasks: number("how many tasks that session ran"),
		why: text("on what grounds a session was revoked, or why Redis is away"),
		audit: Type.Optional(
			Type.Unknown({ description: "what somebody has done to the cluster" }),
		),
		reason: Type.Optional(
			Type.Enum(["trimmed", "lost", "slow", "stopping", "refused"], {
				description:
					"of a `reset`: `trimmed` what is missing was too old to be kept, `lost` Redis has lost writes, perhaps some that you were told of; of a `closing`: `slow` you have read too slowly, `stopping` the node stops, `refused` your access token was revoked",
			}),
		),
		since: moment("of a `reset`: what was told last in that shard"),
		until: moment("of a `reset`: up to when something is missing"),
		after: text("of a `reset`: the place in that shard up to which was told"),
		upTo: text("of a `reset`: the place from which it goes on"),
		nodes: Type.Optional(
			Type.Array(Type.String(), {
				description: "of a `closing`: addresses of other nodes",
			}),
		),
	},
	{ description: "the `data` of one event of the stream" },
);
export type EventAsRead = Static<typeof EventAsRead>;
