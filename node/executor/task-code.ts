/**
 * What task code is written against: the shape of a handler file, and what a
 * handler is given. Types only; a handler file imports them as
 *
 *     import type { Handlers } from "hearsay";
 *     export default {
 *       async resize(payload, ctx) { … return result },
 *     } satisfies Handlers;
 *
 * The keys are the task types that the file serves.
 */

/** `500ms`, `30s`, `5m`, `2h`, `7d`, or milliseconds. */
export type Duration = string | number;

export interface TaskContext {
	/** Id of the task. */
	readonly id: string;
	/** Number of this attempt, from 1. */
	readonly attempt: number;
	/** From 1: one more each time that the task, after its end, was told to run once more. */
	readonly round: number;
	/**
	 * Fencing token of this attempt; a later attempt's is higher. Hand it to
	 * systems that keep the highest token seen, so that they refuse a late writer.
	 */
	readonly token: number;
	/** No retry is left: if this attempt fails, the task does. */
	readonly last: boolean;
	/**
	 * Fires when the task is to stop. If its `reason.code` is `timeout`, what the task returns
	 * before it is ended still counts; otherwise what it does from then on is refused.
	 */
	readonly signal: AbortSignal;
	/** When the signal fires for want of time; undefined for a task without a timeout. */
	readonly deadline: Date | undefined;
	/** The trace that the task was submitted in, for W3C's Trace Context; undefined if nobody said. */
	readonly traceparent: string | undefined;
	readonly tracestate: string | undefined;
	/** Writes a line to the node's log. Long lines, and too many, are cut. */
	log(...values: unknown[]): void;
	/**
	 * Puts the task off: once its code returns, it runs again after so long, which counts as no
	 * failure. What it returns then is dropped.
	 * @throws if the duration is none, or over 366 days
	 */
	snooze(duration: Duration): void;
}

/**
 * Runs a task. What it returns is the result and must be JSON (undefined
 * becomes null; a Map, a Set, an Error or NaN, of which JSON would keep little or
 * nothing without a word, is refused). What it throws fails the attempt, with
 * the error's own `code` where that is a short name, else `failed`. An error with
 * `retry: false` ends the task, whatever retries are left; one with `retryAfter` (a
 * duration) is not tried again sooner.
 */
export type TaskRun = (
	// biome-ignore lint/suspicious/noExplicitAny: a handler states the payload that it expects
	payload: any,
	ctx: TaskContext,
) => unknown;

/** A handler that says more than how a task runs; it counts where the task itself does not. */
export interface Handler {
	readonly run: TaskRun;
	/** How often a task that fails is tried again, 0 to 100; 0 when absent. */
	readonly retries?: number;
	/** How long it waits before that; when absent exponential, from 1s up to 1h, and up to half as much again. */
	readonly backoff?: {
		readonly type?: "fixed" | "exponential";
		readonly delay?: Duration;
		readonly max?: Duration;
		/** Chance adds up to this share of the wait, 0 to 1. */
		readonly jitter?: number;
	};
	/** So long after its first line the signal fires; never when absent. Up to 7 days. */
	readonly timeout?: Duration;
	/** So long after that signal it is ended by force; 5s when absent. Up to 5 minutes. */
	readonly killAfter?: Duration;
}

export type Handlers = Readonly<Record<string, TaskRun | Handler>>;
