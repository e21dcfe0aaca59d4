/**
 * What goes in over HTTP, as JSON Schema (TypeBox): it validates submissions and generates
 * `/openapi.json`.
 *
 * The `description` of a field completes the sentence "`priority` must be …": it is
 * documentation, and the answer to whoever got it wrong.
 */
import Type, { type Static } from "typebox";
import { duration, id, moment, name } from "../fields.ts";
import {
	LABEL_CHARS_MAX,
	LABELS_MAX,
	PAYLOAD_BYTES_MAX,
	PRIORITY_DEFAULT,
	PRIORITY_MAX,
	QUEUE_CHARS_MAX,
	REASON_CHARS_MAX,
	TYPE_CHARS_MAX,
} from "../limits.ts";
import { OPTIONS } from "../task-options.ts";

const closed = { additionalProperties: false };

export const TaskAsSubmitted = Type.Object(
	{
		id: Type.Optional(id(", or absent to be given one")),
		type: name(TYPE_CHARS_MAX, ": the name of the task code to run"),
		payload: Type.Optional(
			Type.Unknown({
				description: `any JSON of up to ${PAYLOAD_BYTES_MAX} bytes; null when absent`,
			}),
		),
		priority: Type.Optional(
			Type.Integer({
				minimum: 0,
				maximum: PRIORITY_MAX,
				description: `an integer from 0 to ${PRIORITY_MAX}, where higher goes first; ${PRIORITY_DEFAULT} when absent`,
			}),
		),
		queue: Type.Optional(name(QUEUE_CHARS_MAX, '; "default" when absent')),
		labels: Type.Optional(
			Type.Array(name(LABEL_CHARS_MAX, ""), {
				maxItems: LABELS_MAX,
				description: `an array of at most ${LABELS_MAX} labels that a node must have, each of 1 to ${LABEL_CHARS_MAX} characters out of A-Z, a-z, 0-9, ".", "_", ":" and "-", not "." or ".."`,
			}),
		),
		...OPTIONS,
	},
	closed,
);
export type TaskAsSubmitted = Static<typeof TaskAsSubmitted>;

/** Changes to a task. What is left out stays as it is, rather than being what a new task would get. */
export const ChangesAsSubmitted = Type.Object(
	{
		priority: Type.Optional(
			Type.Integer({
				minimum: 0,
				maximum: PRIORITY_MAX,
				description: `an integer from 0 to ${PRIORITY_MAX}, where higher goes first; as it is when absent`,
			}),
		),
		delay: Type.Optional(
			duration(
				" of up to 366 days from now, after which it is due; as it is when absent",
			),
		),
		runAt: Type.Optional(
			moment(
				", at most 366 days from now, when it is due; one that is past is now; as it is when absent",
			),
		),
		expiresAt: Type.Optional(
			moment(
				", after it is due: not begun by then it ends as EXPIRED; as it is when absent",
			),
		),
		tags: OPTIONS.tags,
	},
	closed,
);

export const RetryAsSubmitted = Type.Object(
	{
		round: Type.Optional(
			Type.Integer({
				minimum: 1,
				description:
					"an integer from 1: the round of the task that has ended; whichever it is in when absent",
			}),
		),
		delay: Type.Optional(
			duration(" of up to 366 days, after which it is due; now when absent"),
		),
	},
	closed,
);

export const CancelAsSubmitted = Type.Object(
	{
		round: Type.Optional(
			Type.Integer({
				minimum: 1,
				description:
					"an integer from 1: the round of the task that is meant; whichever it is in when absent",
			}),
		),
		reason: Type.Optional(
			Type.String({
				maxLength: REASON_CHARS_MAX,
				description: `text of up to ${REASON_CHARS_MAX} characters: why`,
			}),
		),
		force: Type.Optional(
			Type.Boolean({
				description:
					"true or false: whether a task that runs is CANCELLED before its code has stopped",
			}),
		),
	},
	closed,
);
