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

export interface TaskContext {
	/** Id of the task. */
	readonly id: string;
	/** Number of this attempt, from 1. */
	readonly attempt: number;
	/**
	 * Fencing token of this attempt; a later attempt's is higher. Hand it to
	 * systems that keep the highest token seen, so that they refuse a late writer.
	 */
	readonly token: number;
	/** Fires when the task is to stop: what it does from then on is refused. */
	readonly signal: AbortSignal;
	/** Writes a line to the node's log. Long lines, and too many, are cut. */
	log(...values: unknown[]): void;
}

/**
 * Runs a task. What it returns is the result and must be JSON (undefined
 * becomes null; a Map, a Set, an Error or NaN, of which JSON would keep little or
 * nothing without a word, is refused); what it throws ends the task FAILURE, with
 * the error's own `code` where that is a short name, else `failed`.
 */
export type TaskRun = (
	// biome-ignore lint/suspicious/noExplicitAny: a handler states the payload that it expects
	payload: any,
	ctx: TaskContext,
) => unknown;

export type Handlers = Readonly<
	Record<string, TaskRun | { readonly run: TaskRun }>
>;
