/**
 * What goes in and out at the addresses of the Celery system that Hearsay
 * replaces, as JSON Schema. As in `schema.ts`, a description completes the
 * sentence "`priority` must be …".
 */
import Type, { type Static } from "typebox";
import { words } from "./fields.ts";
import { PAYLOAD_BYTES_MAX, PRIORITY_DEFAULT } from "./limits.ts";
import { ItemProblem } from "./schema.ts";

const CELERY_PRIORITY_MAX = 10;

/** A submission: as in the Celery system, any JSON object is a task, and fields that it did not know are ignored. */
export const CelerySubmission = Type.Object({
	task_id: Type.Optional(
		Type.Unknown({
			description:
				"any JSON; where it is a name, it is the task's id, or the first part of it if others have had that name",
		}),
	),
	task_data: Type.Optional(
		Type.Unknown({
			description: `any JSON of up to ${PAYLOAD_BYTES_MAX} bytes`,
		}),
	),
	priority: Type.Optional(
		Type.Unknown({
			description: `a number, perhaps as text, from 0 to ${CELERY_PRIORITY_MAX}, where higher goes first; taken as the nearest of these if it is beyond, without its fraction, and as ${PRIORITY_DEFAULT} if it is none`,
		}),
	),
});
export type CelerySubmission = Static<typeof CelerySubmission>;

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/;

/** The priority that the old system would have read. */
export function readCeleryPriority(told: unknown): number {
	const isNumber = typeof told === "string" && NUMBER.test(told);
	const number = isNumber ? Number(told) : told;
	if (typeof number !== "number") return PRIORITY_DEFAULT;
	return Math.max(0, Math.min(Math.trunc(number), CELERY_PRIORITY_MAX));
}

const CeleryStatus = words([
	"PENDING",
	"STARTED",
	"SUCCESS",
	"FAILURE",
	"REVOKED",
]);
const celeryId = () =>
	Type.Optional(
		Type.Unknown({ description: "as it was sent; absent if there was none" }),
	);

export const CeleryAccepted = Type.Object({
	task_id: celeryId(),
	status: CeleryStatus,
	id: Type.String({
		description:
			"of the task: its task_id as text, or, where that was taken, with ~2, ~3 … behind it; or one that the node gave it, where its task_id is no name",
	}),
});
/** One item of an array that was not accepted. */
export const CeleryRejected = Type.Object({
	task_id: celeryId(),
	status: Type.Literal("REJECTED"),
	problem: ItemProblem,
});
export const CeleryTask = Type.Object({
	task_id: Type.Unknown({
		description: "as it was sent, or else the task's id",
	}),
	status: CeleryStatus,
	result: Type.Unknown({
		description: "null before the end; the error's message after a failure",
	}),
});
export const CeleryList = Type.Object({
	tasks: Type.Array(CeleryTask, { description: "oldest first" }),
	truncated: Type.Optional(
		Type.Boolean({ description: "true where there are more, older ones" }),
	),
});
