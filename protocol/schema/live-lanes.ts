/**
 * Lanes and deaths in the frames of `/v1/live`, as JSON Schema (TypeBox): what each node ran in
 * the last minute, and what became of the tasks of nodes that died. See live.ts.
 */
import Type from "typebox";
import { words } from "../fields.ts";
import {
	LIVE_ATTEMPTS_MAX,
	LIVE_ENDS_MAX,
	LIVE_LONG_MS,
	LIVE_NAMES_MAX,
} from "../limits.ts";
import { DEATH_GROUNDS } from "../loss.ts";
import { TaskAsRead } from "../schema.ts";
import { ATTEMPT_ENDS } from "../state.ts";
import { count, maybe, ms, n, text } from "./live-fields.ts";

const LiveAttempt = Type.Object(
	{
		shard: Type.Integer(),
		token: Type.Integer(),
		task: TaskAsRead.properties.id,
		type: maybe(Type.String()),
		queue: maybe(Type.String()),
		attempt: maybe(count("its number, from 1")),
		round: maybe(count("of the task")),
		n: n("of the node that runs it, or ran it"),
		claimedMs: ms("when the node took it: where its bar begins"),
		endedMs: maybe(ms("when it was over: where its bar ends. Absent: it runs")),
		end: maybe({
			...words(ATTEMPT_ENDS),
			description:
				"how it was over; `lease-lost` and `revoked`: its node lost the lease, so it was cut off",
		}),
		moved: maybe(
			Type.Object(
				{
					n: n("of the node that was cut off"),
					token: Type.Integer({ description: "of the attempt cut off" }),
					endedMs: ms("when that was cut off"),
				},
				{
					description:
						"the task was cut off elsewhere before this attempt: the curve goes from there to here, and took claimedMs − endedMs",
				},
			),
		),
	},
	{
		description:
			"kept by `shard` and `token`, and always told whole. To be forgotten when it has ended and is out of sight",
	},
);

export const Lanes = Type.Object({
	by: Type.Enum(["attempts", "cells"], {
		description: `attempts: they are all told singly; cells: more than ${LIVE_ENDS_MAX} tasks end in a second, and those are told that are cut off, moved, or longer than ${LIVE_LONG_MS} ms`,
	}),
	attempts: Type.Array(LiveAttempt, {
		description: `new ones, and those that have ended: cut off and moved ones first, then those that have run longest. In a \`next\` ${LIVE_ATTEMPTS_MAX} at most; the others come later`,
	}),
	attemptsMore: maybe(
		count("attempts that are yet to be told, as they did not fit"),
	),
	cells: Type.Array(
		Type.Object({
			atMs: ms("when the second began"),
			busy: text("share of the node's slots that were busy"),
			failed: text("share of its attempts ended in that second that failed"),
		}),
		{
			description:
				"a second each, oldest first: 60 in a `first`, mostly one in a `next`. `busy` and `failed` have a character for each node, at place `n`: a digit d stands for d / 9, where 0 is none at all and 9 all of it; a dot: not known, or nothing ended. Nodes beyond the end: not known",
		},
	),
});

export const LiveDeath = Type.Object(
	{
		node: Type.String({ description: "the node's id" }),
		shard: Type.Integer({
			description:
				"in which the session was, of those that it lost, that was told of first",
		}),
		epoch: Type.Integer({
			description:
				"number of that session. Each shard numbers its own, so two deaths of a node may have the same",
		}),
		name: maybe(Type.String()),
		n: maybe(n()),
		atMs: ms("when its lease was taken"),
		grounds: words(DEATH_GROUNDS),
		why: text("the same, as a clause"),
		by: maybe(text("the node that took the lease, by its id")),
		byName: maybe(Type.String()),
		tasks: count("that it ran, and that were cut off"),
		moved: Type.Array(
			Type.Object({
				n: maybe(n()),
				name: text("of the node, or its id"),
				tasks: count("that began there again"),
			}),
			{
				maxItems: LIVE_NAMES_MAX,
				description: "to which nodes they moved, most first",
			},
		),
		movedTasks: count("that began again, on whichever node"),
		overTasks: count(
			"that ended without beginning again: cancelled, expired, or lost too often",
		),
		waitingTasks: count("that have not begun again yet"),
		slowestMs: maybe(
			ms("the longest from cut off to begun again, of those that moved"),
		),
		isPartial: maybe(
			Type.Literal(true, {
				description:
					"it happened before this node looked, and too much has happened since: what became of some of its tasks is not counted",
			}),
		),
	},
	{ description: "kept by `node`, `shard` and `epoch`, and always told whole" },
);
