/**
 * The task types that every node runs.
 *
 * - `noop` does nothing and returns null: for benches and smoke tests.
 * - `process_task` is the work of the system that Hearsay replaces: it takes a while
 *   (`durationMs` of its payload, or else the node's setting) and returns a sentence in
 *   that system's very words.
 */
import type { BUILT_IN_TYPES, JobInThread } from "../messages.ts";
import type { TaskContext } from "../task-code.ts";
import { isoTime, sleep } from "./native.ts";

/** The longest time that Node's timers take; asked for more, they fire at once. */
const DURATION_MS_MAX = 2 ** 31 - 1;

/** Like a user's handler, but it sees the whole job. */
export type JobRun = (
	payload: unknown,
	ctx: TaskContext,
	running: {
		readonly job: JobInThread;
		/** Called when the job is told to stop. */
		onStop: ((why: Error) => void) | undefined;
	},
) => unknown;

export function builtInHandlers(
	processTaskMs: number,
): Readonly<Record<(typeof BUILT_IN_TYPES)[number], JobRun>> {
	return {
		noop: () => null,
		async process_task(payload, _, running) {
			const { id, priority, createdMs } = running.job;
			const { over, stop } = sleep(durationOf(payload) ?? processTaskMs);
			running.onStop = stop;
			await over;
			const submitted = isoTime(createdMs);
			return `Task ${nameOf(payload, id)} processed successfully (Priority: ${priority}, Submitted at: ${submitted}).`;
		},
	};
}

/**
 * The submitter's name for the task: its `task_id`, if its id follows from that;
 * otherwise its id.
 */
function nameOf(payload: unknown, id: string): string {
	if (typeof payload !== "object" || payload === null) return id;
	if (!("task_id" in payload)) return id;
	const { task_id } = payload;
	if (typeof task_id !== "string" && typeof task_id !== "number") return id;
	const name = `${task_id}`;
	for (let i = 0; i < name.length; i++) if (name[i] !== id[i]) return id;
	return id[name.length] === "~" ? name : id;
}

class InvalidPayload extends Error {
	readonly code = "invalid_payload";
}

function durationOf(payload: unknown): number | undefined {
	if (typeof payload !== "object" || payload === null) return;
	if (!("durationMs" in payload) || payload.durationMs === undefined) return;
	const { durationMs } = payload;
	if (
		typeof durationMs === "number" &&
		durationMs >= 0 &&
		durationMs <= DURATION_MS_MAX
	) {
		return durationMs;
	}
	throw new InvalidPayload(
		`durationMs must be a number from 0 to ${DURATION_MS_MAX}`,
	);
}
