/** Records of tasks in the store's twin, as they are after one step. A record is never changed. */
import assert from "node:assert/strict";
import { parseSession, type SessionName } from "../../protocol/lease.ts";
import {
	ATTEMPTS_KEPT_MAX,
	LOSSES_ALONE_MAX,
	LOSSES_SHARED_MAX,
} from "../../protocol/limits.ts";
import type { AttemptEnd } from "../../protocol/state.ts";
import type {
	Attempt,
	NewTask,
	TaskError,
	TaskRecord,
} from "../../protocol/task.ts";
import { type Moments, momentsOf, timesOf } from "../../protocol/task-times.ts";

/** The error of a task that has expired. */
export const EXPIRED: TaskError = {
	code: "expired",
	message: "It had not begun by the time at which it was to expire.",
};

const NEVER: Moments = { dueMs: undefined, expiresMs: undefined };

/** The record of a task accepted at `createdMs`. */
export function newRecord(
	{ id, route, priority, options, payload }: NewTask,
	seq: number,
	createdMs: number,
): TaskRecord {
	const times = timesOf(options);
	const { dueMs, expiresMs } = times ? momentsOf(times, createdMs) : NEVER;
	const state = (dueMs ?? 0) > createdMs ? "SCHEDULED" : "PENDING";
	return {
		...{ id, route, priority, options, payload, state, seq, createdMs },
		...(dueMs !== undefined && { dueMs }),
		...(expiresMs !== undefined && { expiresMs }),
		...{ attempt: 0, round: 1, failures: 0, crashes: 0, losses: 0 },
		attempts: [],
	};
}

/** The attempts of a task, with one more under way. */
export function begun(
	task: TaskRecord,
	token: number,
	session: SessionName,
	claimedMs: number,
): readonly Attempt[] {
	const { round } = task;
	const attempt = { token, round, ...parseSession(session), claimedMs };
	return [...task.attempts, attempt].slice(-ATTEMPTS_KEPT_MAX);
}

/** How an attempt ended, without the time. */
export interface Ending
	extends Pick<Attempt, "startedMs" | "why" | "by" | "alone" | "error"> {
	readonly end: AttemptEnd;
}

/** The attempts of a task, the newest of which is now over. */
export function ended(
	task: TaskRecord,
	how: Ending,
	endedMs: number,
): Pick<TaskRecord, "attempts"> {
	const newest = task.attempts.at(-1);
	assert(newest !== undefined, "a STARTED task has an attempt");
	const over = { ...newest, endedMs, ...how };
	return { attempts: [...task.attempts.slice(0, -1), over] };
}

/** Whether the task has lost its node so often that it runs in a process of its own. */
export function isLostOften({ losses }: TaskRecord): boolean {
	return losses >= LOSSES_SHARED_MAX;
}

/**
 * A task that has lost its node, `alone` if that ran nothing else besides its process;
 * and why it is given up, if it is.
 */
export function lost(
	held: TaskRecord,
	{ alone, ...taken }: Ending & { readonly alone: boolean },
): { task: TaskRecord; how: Ending; givenUp: string | undefined } {
	const before = held.attempts.filter(
		({ alone, round }) => alone && round === held.round,
	).length;
	const lostAlone = before + (alone ? 1 : 0);
	return {
		task: { ...held, losses: held.losses + 1 },
		how: { ...taken, ...(alone && { alone: true }) },
		givenUp:
			lostAlone < LOSSES_ALONE_MAX
				? undefined
				: `Its node was lost ${lostAlone} times while it ran nothing but this task, in a process of its own.`,
	};
}

/**
 * Whether an expiry counts for what begins after these attempts: the first attempt of a
 * round, or one after a failure or after being put off.
 */
export function mustBegin(
	attempts: readonly Attempt[],
	round: number,
): boolean {
	const newest = attempts.at(-1);
	const end = newest?.round === round ? newest.end : undefined;
	return (
		end === undefined ||
		end === "failure" ||
		end === "timeout" ||
		end === "snoozed"
	);
}
