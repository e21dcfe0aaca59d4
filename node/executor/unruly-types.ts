/**
 * Types of which a task did not stop when it was to, and where their tasks run from then
 * on, so that they are no danger to others.
 *
 * - A task that had to be ended by force when it had reached its timeout: its type gets
 *   shared threads of its own. Beyond UNRULY_TYPES_MAX, types share the last of these.
 * - A task in a call that nothing ends: only with its process does such a call end, so
 *   its type runs in processes of their own. A type therefore leaves no more threads
 *   behind than it had at that time. If tasks of several types were in the thread, any of
 *   them may be to blame; those that were to stop get threads of their own, where the next
 *   one shows whose it is.
 */

import type { HandlerSettings } from "../../protocol/handler-settings.ts";
import { PROCESSES_MAX, UNRULY_TYPES_MAX } from "../../protocol/limits.ts";
import type { Job, Log } from "../ports.ts";
import type { LiveJob } from "./live-job.ts";
import type { Together } from "./together.ts";

export interface UnrulyParts {
	readonly log: Log;
	readonly homes: {
		/** The threads of all types that are not unruly. */
		readonly shared: Together;
		/** Makes a home for threads of one type. */
		own(): Together;
	};
}

export class UnrulyTypes {
	readonly #parts: UnrulyParts;
	readonly #homes = new Map<string, Together>();
	readonly #blocking = new Set<string>();

	constructor(parts: UnrulyParts) {
		this.#parts = parts;
	}

	/** The homes of unruly types; there are few. */
	get homes(): Iterable<Together> {
		return this.#homes.values();
	}

	/** Whether tasks of the type run in processes of their own. */
	isBlocking(type: string): boolean {
		return this.#blocking.size > 0 && this.#blocking.has(type);
	}

	/** Where other tasks of the type share threads. */
	homeOf(type: string): Together {
		const { shared } = this.#parts.homes;
		// As nearly always: there is no unruly type.
		if (this.#homes.size === 0) return shared;
		return this.#homes.get(type) ?? shared;
	}

	/** What counts for the type if its handler says this: no more of its tasks at once than can run. */
	settingsOf(type: string, said: HandlerSettings): HandlerSettings {
		if (!this.isBlocking(type)) return said;
		const { concurrency = PROCESSES_MAX } = said;
		return { ...said, concurrency: Math.min(concurrency, PROCESSES_MAX) };
	}

	/** This job had to be ended by force, because it had reached its timeout. */
	endedByForce({ id, type }: Job): void {
		this.#parts.log.warn(
			{ task: id, type },
			"a task did not stop when it had reached its timeout: its thread is ended",
		);
		this.#setApart(type);
	}

	/** One of these jobs is in a call that nothing ends. */
	blocked(left: readonly LiveJob[]): void {
		const types = new Set(left.map(({ job }) => job.type));
		const [only] = types.size === 1 ? types : [];
		this.#parts.log.warn(
			{ tasks: left.map(({ job }) => job.id), types: [...types] },
			`a thread is in a call that nothing ends, and is left behind until that is over: ${
				only === undefined
					? "any of these tasks may have made it, or one before them"
					: "tasks of this type run in processes of their own from now on"
			}`,
		);
		if (only !== undefined) this.#blocking.add(only);
		else
			for (const { job, stopping } of left)
				if (stopping) this.#setApart(job.type);
	}

	#setApart(type: string): void {
		if (this.#homes.has(type)) return;
		const { own } = this.#parts.homes;
		const last = [...this.#homes.values()].at(-1);
		const isFull = this.#homes.size >= UNRULY_TYPES_MAX;
		this.#homes.set(type, isFull && last ? last : own());
	}
}
