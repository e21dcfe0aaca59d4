/**
 * Submissions: from JSON as a client sent it to a complete task, or a problem that names
 * the field.
 *
 * The check that every good submission passes is compiled. Only a refused one is looked
 * at again, field by field and up to its first flaw: listing all the flaws of a hostile
 * submission would take seconds.
 */
import type { TObject } from "typebox";
import { Compile } from "typebox/compile";
import {
	CelerySubmission,
	readCeleryPriority,
} from "../../../protocol/celery.ts";
import { idByTaskId } from "../../../protocol/celery-id.ts";
import {
	PAYLOAD_BYTES_MAX,
	PRIORITY_DEFAULT,
} from "../../../protocol/limits.ts";
import { findOptionFlaw } from "../../../protocol/option-flaws.ts";
import type { Problem } from "../../../protocol/problem.ts";
import { formatRoute } from "../../../protocol/route.ts";
import { TaskAsSubmitted } from "../../../protocol/schema/submitted.ts";
import type { NewTask } from "../../../protocol/task.ts";
import { optionsOf, PLAIN } from "../../../protocol/task-options.ts";
import { findLateness } from "../../../protocol/task-times.ts";
import { type TraceContext, withoutTrace } from "../../../protocol/trace.ts";
import type { Asker, Clock } from "../../ports.ts";
import { flawOf } from "../door/flaw.ts";
import { flawOfRoute } from "../door/reach.ts";

export type Checked =
	| { readonly ok: true; readonly task: NewTask }
	| {
			readonly ok: false;
			readonly problem: Problem;
			/** The task, if nothing else is wrong with it than that it comes too late to be new. */
			readonly late?: NewTask;
	  };

const submitted = Compile(TaskAsSubmitted);
const celery = Compile(CelerySubmission);

const QUEUE_DEFAULT = "default";
/** The built-in type that does what the Celery system's tasks did. */
export const CELERY_TYPE = "process_task";

/** Checks a task as a client sent it. `newId` is called if it has no id; `trace` is used if it names none. */
export function checkTask(
	value: unknown,
	clock: Pick<Clock, "wallMs">,
	newId: () => string,
	trace?: TraceContext,
): Checked {
	if (!submitted.Check(value)) return refuse(TaskAsSubmitted, value);
	const said = optionsOf(value);
	const options =
		trace === undefined || said.traceparent !== undefined
			? said
			: { ...withoutTrace(said), ...trace };
	const nowMs = clock.wallMs();
	const flaw = options === PLAIN ? undefined : findOptionFlaw(options, nowMs);
	if (flaw !== undefined)
		return { ok: false, problem: { code: "invalid", ...flaw } };
	const checked = complete({
		id: value.id ?? newId(),
		route: formatRoute({
			queue: value.queue ?? QUEUE_DEFAULT,
			type: value.type,
			labels: value.labels ?? [],
		}),
		priority: value.priority ?? PRIORITY_DEFAULT,
		options,
		payload: JSON.stringify(value.payload ?? null),
	});
	const lateness = findLateness(options, nowMs);
	if (lateness === undefined || !checked.ok) return checked;
	const problem: Problem = { code: "invalid", ...lateness };
	return { ok: false, problem, late: checked.task };
}

/** Refuses the task if the asker may not submit to its queue or type. */
export function withinReach(asker: Asker, checked: Checked): Checked {
	const task = checked.ok ? checked.task : checked.late;
	const problem =
		task === undefined ? undefined : flawOfRoute(asker, task.route);
	return problem === undefined ? checked : { ok: false, problem };
}

/**
 * Accepts whatever the old system did. `newId` is called for tasks whose `task_id` is not
 * a valid name.
 */
export function checkCelery(value: unknown, newId: () => string): Checked {
	if (!celery.Check(value)) return refuse(CelerySubmission, value);
	const { task_id, task_data = null, priority } = value;
	const name = idByTaskId(task_id);
	return complete({
		id: name ?? newId(),
		route: formatRoute({ queue: QUEUE_DEFAULT, type: CELERY_TYPE, labels: [] }),
		priority: readCeleryPriority(priority),
		options: PLAIN,
		payload: JSON.stringify({ task_id, task_data }),
		...(name !== undefined && { again: true }),
	});
}

function complete(task: NewTask): Checked {
	// A character is at most three bytes; only long payloads need counting.
	if (
		task.payload.length * 3 > PAYLOAD_BYTES_MAX &&
		Buffer.byteLength(task.payload) > PAYLOAD_BYTES_MAX
	) {
		const problem: Problem = {
			code: "too_large",
			detail: `The payload is larger than ${PAYLOAD_BYTES_MAX} bytes; keep the data elsewhere and send where it is.`,
			field: "payload",
		};
		return { ok: false, problem };
	}
	return { ok: true, task };
}

/** The refusal of a value, which says where and why it does not fit its schema. */
function refuse(schema: TObject, value: unknown): Checked {
	return { ok: false, problem: flawOf("task", schema, value) };
}
