/**
 * When a task asks to be due, and until when it may begin: at a moment, or so long after
 * another. Times counted from the task's acceptance go by the store's clock, so they are
 * still relative when they leave here; the store makes moments of them.
 */
import { parseDuration } from "./duration.ts";
import { DUE_MS_MAX } from "./limits.ts";
import { PLAIN, type TaskOptions } from "./task-options.ts";

/** When something is to be: at a moment (ms since 1970), or so long after another. */
export type When =
	| { readonly atMs: number }
	| { readonly afterMs: number }
	| undefined;

/** The times that a task asks for; undefined if it asks for none. */
export interface TaskTimes {
	/** When the task is due, counted from its acceptance if relative. */
	readonly due: When;
	/** When the task expires, counted from when it is due if relative. */
	readonly expires: When;
}

/** The resulting moments; undefined if not asked for. */
export interface Moments {
	readonly dueMs: number | undefined;
	readonly expiresMs: number | undefined;
}

/** The times that options ask for; undefined if they ask for neither. */
export function timesOf(options: TaskOptions): TaskTimes | undefined {
	if (options === PLAIN) return undefined;
	const { delay, runAt, expiresAt, expiresIn } = options;
	const due = when(runAt, delay);
	const expires = when(expiresAt, expiresIn);
	return due === undefined && expires === undefined
		? undefined
		: { due, expires };
}

/** The moments for a task accepted at `nowMs`. A task that was to be due before that is due now. */
export function momentsOf({ due, expires }: TaskTimes, nowMs: number): Moments {
	const dueMs = momentOf(due, nowMs);
	const fromMs = Math.max(nowMs, dueMs ?? 0);
	return { dueMs, expiresMs: momentOf(expires, fromMs) };
}

/** How long after it is due a task accepted at `createdMs` expires; undefined if it never does. */
export function expiryMsOf(
	options: TaskOptions,
	createdMs: number,
): number | undefined {
	const times = timesOf(options);
	if (times === undefined) return undefined;
	const { dueMs = createdMs, expiresMs } = momentsOf(times, createdMs);
	if (expiresMs === undefined) return undefined;
	return Math.max(1, expiresMs - Math.max(dueMs, createdMs));
}

function momentOf(when: When, fromMs: number): number | undefined {
	if (when === undefined) return undefined;
	return "atMs" in when ? when.atMs : fromMs + when.afterMs;
}

function when(
	moment: string | undefined,
	duration: string | number | undefined,
): When {
	// A moment before 1970 was long ago; 0 stands for none.
	if (moment !== undefined) return { atMs: Math.max(1, Date.parse(moment)) };
	const afterMs = duration === undefined ? undefined : msOf(duration);
	return afterMs === undefined ? undefined : { afterMs };
}

/**
 * Whether a text that fits the schema of a moment is one. `Date.parse` takes the 30th of
 * February for a day in March.
 */
export function isMoment(text: string): boolean {
	if (Number.isNaN(Date.parse(text))) return false;
	const day = text.slice(0, "2026-01-01".length);
	return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** The milliseconds of a duration that fits its schema. */
function msOf(duration: string | number): number | undefined {
	return typeof duration === "number" ? duration : parseDuration(duration);
}

interface TimeFlaw {
	readonly field: "delay" | "runAt" | "expiresAt" | "expiresIn";
	readonly detail: string;
}

/**
 * What is wrong with the times of a submission that each fit their schema, by the clock
 * of whoever checks. `elseDueMs`: by when it is due if they do not say.
 */
export function findTimeFlaw(
	options: TaskOptions,
	nowMs: number,
	elseDueMs: number,
): TimeFlaw | undefined {
	const { delay, runAt, expiresAt, expiresIn } = options;
	if (delay !== undefined && runAt !== undefined)
		return {
			field: "runAt",
			detail: `The fields "delay" and "runAt" say the same in two ways; send one of them.`,
		};
	if (expiresAt !== undefined && expiresIn !== undefined)
		return {
			field: "expiresAt",
			detail: `The fields "expiresIn" and "expiresAt" say the same in two ways; send one of them.`,
		};
	for (const [field, text] of [
		["runAt", runAt],
		["expiresAt", expiresAt],
	] as const)
		if (text !== undefined && !isMoment(text))
			return {
				field,
				detail: `The field "${field}" is no time that there is; check month, day and hour.`,
			};
	const times = timesOf(options);
	if (times === undefined) return undefined;
	const { dueMs, expiresMs } = momentsOf(times, nowMs);
	if (dueMs !== undefined && dueMs - nowMs > DUE_MS_MAX)
		return {
			field: runAt === undefined ? "delay" : "runAt",
			detail:
				"A task may be due 366 days from now at most; let an earlier one submit it.",
		};
	if (expiresMs === undefined) return undefined;
	if (expiresMs - Math.max(dueMs ?? elseDueMs, nowMs) > DUE_MS_MAX)
		return {
			field: expiresAt === undefined ? "expiresIn" : "expiresAt",
			detail:
				"A task may expire 366 days after it is due at most; leave the field out, and it never does.",
		};
	if (expiresIn !== undefined && msOf(expiresIn) === 0)
		return {
			field: "expiresIn",
			detail:
				"A task that expires at once would never begin; send a longer time, or leave it out.",
		};
	return undefined;
}

/**
 * What is wrong with a new task of these times, which have no other flaw: it would never
 * begin. One that was taken in time comes to this when it is sent again.
 */
export function findLateness(
	options: TaskOptions,
	nowMs: number,
): TimeFlaw | undefined {
	if (options.expiresAt === undefined) return undefined;
	const times = timesOf(options);
	if (times === undefined) return undefined;
	const { dueMs = nowMs, expiresMs } = momentsOf(times, nowMs);
	if (expiresMs === undefined || expiresMs > Math.max(dueMs, nowMs))
		return undefined;
	return {
		field: "expiresAt",
		detail:
			"The task would expire before it is due; send a later time, or leave it out.",
	};
}
