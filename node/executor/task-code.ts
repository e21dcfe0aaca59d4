/**
 * What task code is written against: the shape of a handler file, and what a handler is
 * given. Types only; a handler file imports them as
 *
 *     import type { Handlers } from "hearsay";
 *     export default {
 *       async resize(payload, ctx) { … return result },
 *     } satisfies Handlers;
 *
 * The keys are the task types that the file serves.
 */

/** A length of time: `500ms`, `30s`, `5m`, `2h`, `7d`, or milliseconds. */
export type Duration = string | number;

export interface TaskContext {
	/** The id of the task. */
	readonly id: string;
	/** The number of this attempt, from 1. */
	readonly attempt: number;
	/**
	 * The number of this round, from 1: one more each time that the task, after its end,
	 * was run once more.
	 */
	readonly round: number;
	/**
	 * The fencing token of this attempt; that of a later attempt is higher. Hand it to
	 * systems that keep the highest token seen, so that they refuse a late writer.
	 */
	readonly token: number;
	/** Whether no retry is left: if this attempt fails, the task does. */
	readonly last: boolean;
	/**
	 * Fires when the task is to stop. If its `reason.code` is `timeout`, what the task
	 * returns before it is ended still counts; otherwise whatever it does from then on is
	 * refused.
	 */
	readonly signal: AbortSignal;
	/** When the signal fires because the time is over; undefined for a task without a timeout. */
	readonly deadline: Date | undefined;
	/** The trace in which the task was submitted, for W3C's Trace Context; undefined if nobody gave one. */
	readonly traceparent: string | undefined;
	readonly tracestate: string | undefined;
	/** Writes a line to the node's log. Long lines are cut; of too many lines, the rest is dropped. */
	log(...values: unknown[]): void;
	/**
	 * Puts the task off: once its code returns, it runs again after so long. That counts as
	 * no failure. What the code returns then is dropped.
	 * @throws if the duration is none, or over 366 days
	 */
	snooze(duration: Duration): void;
}

/**
 * Runs a task. What it returns is the result and must be JSON: undefined becomes null; a
 * Map, a Set, an Error or NaN is refused, since JSON would silently keep little or
 * nothing of it. What it throws fails the attempt, with the error's own `code` if that is
 * a short name, otherwise with `failed`. An error with `retry: false` ends the task,
 * whatever retries are left; after one with `retryAfter` (a duration) the task is not
 * tried again sooner.
 */
export type TaskRun = (
	// biome-ignore lint/suspicious/noExplicitAny: a handler states the payload that it expects
	payload: any,
	ctx: TaskContext,
) => unknown;

/**
 * A handler that says more than how a task runs. What it says counts if the task itself
 * does not say it.
 */
export interface Handler {
	readonly run: TaskRun;
	/** How often a task that fails is tried again, 0 to 100; 0 if absent. */
	readonly retries?: number;
	/**
	 * How long the task waits before that. If absent, exponential, from 1s up to 1h, and up
	 * to half as much again.
	 */
	readonly backoff?: {
		readonly type?: "fixed" | "exponential";
		readonly delay?: Duration;
		readonly max?: Duration;
		/** Chance adds up to this share of the wait, 0 to 1. */
		readonly jitter?: number;
	};
	/** The signal fires so long after the first line of code runs; never if absent. Up to 7 days. */
	readonly timeout?: Duration;
	/** The task is ended by force so long after that signal; 5s if absent. Up to 5 minutes. */
	readonly killAfter?: Duration;
	/** So many tasks of the type at once on a node; as many as it has slots if absent. */
	readonly concurrency?: number;
}

export type Handlers = Readonly<Record<string, TaskRun | Handler>>;
