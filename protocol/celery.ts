/**
 * What goes in and out at the addresses of the Celery system that Hearsay
 * replaces, as JSON Schema. As in `schema.ts`, a description completes the
 * sentence "`priority` must be …".
 */
import Type, { type Static } from "typebox";
import { ANY_ID, id, words } from "./fields.ts";
import { PAYLOAD_BYTES_MAX, PRIORITY_DEFAULT } from "./limits.ts";
import { ItemProblem } from "./schema.ts";

const CELERY_PRIORITY_MAX = 10;

/** Fields that it did not know, it ignored. */
export const CelerySubmission = Type.Object({
	task_id: Type.Union(
		[
			Type.Integer({
				minimum: -Number.MAX_SAFE_INTEGER,
				maximum: Number.MAX_SAFE_INTEGER,
			}),
			id(""),
		],
		{ description: `an integer, or ${ANY_ID}` },
	),
	task_data: Type.Unknown({
		description: `any JSON of up to ${PAYLOAD_BYTES_MAX} bytes`,
	}),
	priority: Type.Optional(
		Type.Integer({
			minimum: 0,
			maximum: CELERY_PRIORITY_MAX,
			description: `an integer from 0 to ${CELERY_PRIORITY_MAX}, where higher goes first; ${PRIORITY_DEFAULT} when absent`,
		}),
	),
});
export type CelerySubmission = Static<typeof CelerySubmission>;

const CeleryStatus = words([
	"PENDING",
	"STARTED",
	"SUCCESS",
	"FAILURE",
	"REVOKED",
]);
const CeleryId = Type.Union([Type.Integer(), Type.String()]);

export const CeleryAccepted = Type.Object({
	task_id: CeleryId,
	status: CeleryStatus,
});
/** One item of an array that was not taken. */
export const CeleryRejected = Type.Object({
	task_id: Type.Optional(
		Type.Unknown({ description: "as it was sent; absent where it had none" }),
	),
	status: Type.Literal("REJECTED"),
	problem: ItemProblem,
});
export const CeleryTask = Type.Object({
	task_id: CeleryId,
	status: CeleryStatus,
	result: Type.Unknown({
		description: "null before the end; the error's message after a failure",
	}),
});
export const CeleryList = Type.Object({
	tasks: Type.Array(CeleryTask, { description: "newest first" }),
	truncated: Type.Optional(
		Type.Boolean({ description: "true where there are more" }),
	),
});
