/**
 * The executor: runs task code, never on the node's event loop.
 */
import type { HandlerSettings } from "../../protocol/handler-settings.ts";
import type { JsonText, TaskError } from "../../protocol/task.ts";
import type { TaskOptions } from "../../protocol/task-options.ts";

/** What task code is given, and what bounds it. */
export interface Job {
	readonly id: string;
	readonly type: string;
	readonly options: TaskOptions;
	readonly payload: JsonText;
	readonly token: number;
	readonly attempt: number;
	/** From 1. */
	readonly round: number;
	/** Attempts of this round that have failed so far, and how many may. */
	readonly failures: number;
	readonly retries: number;
	/** From the first line of its code: then its signal fires. Undefined: never. */
	readonly timeoutMs: number | undefined;
	/** So long after that signal it is ended by force. */
	readonly killAfterMs: number;
	readonly priority: number;
	readonly createdMs: number;
	/** Run apart from other tasks: it is suspected of crashing its worker. */
	readonly alone: boolean;
	/** Run in a process of its own, where its death harms nobody: it is suspected of ending nodes. */
	readonly isolated: boolean;
}

export type JobOutcome =
	| {
			readonly kind: "success";
			readonly result: JsonText;
			readonly ranMs: number;
	  }
	| {
			readonly kind: "failure";
			readonly error: TaskError;
			readonly ranMs: number;
			/** What it threw says that to try again is of no use. */
			readonly retry?: false;
			/** What it threw says that to try again sooner is of no use. */
			readonly retryAfterMs?: number;
	  }
	/** It reached its timeout, and threw after its signal or was ended. */
	| {
			readonly kind: "timeout";
			readonly error: TaskError;
			readonly ranMs: number;
	  }
	/** It asked to be put off, and returned. */
	| {
			readonly kind: "snoozed";
			readonly afterMs: number;
			readonly ranMs: number;
	  }
	/** The worker died, and this task may be the cause. */
	| {
			readonly kind: "crashed";
			readonly message: string;
			/** Absent: nobody knows. */
			readonly ranMs?: number;
	  }
	/**
	 * The worker died or was ended on another task's account: run it again, and
	 * `alone` where it is a suspect: one of several that may have killed it.
	 */
	| {
			readonly kind: "displaced";
			readonly suspect: boolean;
			/** Absent: nobody knows. */
			readonly ranMs?: number;
	  }
	/**
	 * Nothing of it has run, nor will: there was no thread for it within about a second, or it
	 * was told to stop before it could begin.
	 */
	| { readonly kind: "not-begun" }
	/** It was told to stop while it ran, and did or was ended. */
	| { readonly kind: "aborted"; readonly ranMs: number };

export interface Executor {
	/** Task types that can be run here. */
	readonly types: ReadonlySet<string>;
	/** Whether a job that comes now may begin soon: not while all that runs does not yield. */
	readonly answers: boolean;
	/** What the handler of a type says for tasks that do not: as it was loaded last. */
	settingsOf(type: string): HandlerSettings;
	/** Starts the job at once; resolves when none of its code runs any more; never rejects. */
	run(job: Job): Promise<JobOutcome>;
	/** The jobs whose code has begun and is not over, and when it did, by the monotonic clock. */
	begun(): Iterable<readonly [Job, number]>;
	/** A node has died, so long ago: what ran there may have to run isolated here, now or the next time. */
	expectIsolated(agoMs: number): void;
	/**
	 * Aborts the signal of a job that was given to `run`; ends it by force after `graceMs`. A call
	 * that waits for a process ends with that, END_BY_FORCE_MS later; one that nothing ends goes on.
	 */
	abort(job: Job, reason: string, graceMs: number): void;
	/**
	 * Ends all workers, and the processes that task code has started. Jobs still running resolve
	 * `aborted`, and those that have not begun `not-begun`; not those in a call that nothing ends, for which this waits for ever.
	 */
	stop(): Promise<void>;
}
