/** The executor: runs task code, and never on the node's event loop. */
import type { HandlerSettings } from "../../protocol/handler-settings.ts";
import type { JsonText, TaskError } from "../../protocol/task.ts";
import type { TaskOptions } from "../../protocol/task-options.ts";

/** What task code is given, and what limits it. */
export interface Job {
	readonly id: string;
	readonly type: string;
	readonly options: TaskOptions;
	readonly payload: JsonText;
	readonly token: number;
	readonly attempt: number;
	/** The number of the round, from 1. */
	readonly round: number;
	/** How many attempts of this round have failed so far, and how many may. */
	readonly failures: number;
	readonly retries: number;
	/**
	 * Counted from the first line of its code; then its signal fires. Undefined for no
	 * timeout.
	 */
	readonly timeoutMs: number | undefined;
	/** It is ended by force this long after that signal. */
	readonly killAfterMs: number;
	readonly priority: number;
	readonly createdMs: number;
	/** To run apart from other tasks, because it is suspected of crashing its worker. */
	readonly alone: boolean;
	/**
	 * To run in a process of its own, where its death harms nobody, because it is suspected
	 * of ending nodes.
	 */
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
			/** What it threw says that trying again is of no use. */
			readonly retry?: false;
			/** What it threw says that trying again sooner is of no use. */
			readonly retryAfterMs?: number;
	  }
	/** It reached its timeout, and threw after its signal or was ended. */
	| {
			readonly kind: "timeout";
			readonly error: TaskError;
			readonly ranMs: number;
	  }
	/** It asked to be run later, and returned. */
	| {
			readonly kind: "snoozed";
			readonly afterMs: number;
			readonly ranMs: number;
	  }
	/** The worker died, and this task may be the cause. */
	| {
			readonly kind: "crashed";
			readonly message: string;
			/** Absent if nobody knows. */
			readonly ranMs?: number;
	  }
	/**
	 * The worker died, or was ended on another task's account. The task is to run again,
	 * and `alone` if it is a suspect: one of several that may have killed the worker.
	 */
	| {
			readonly kind: "displaced";
			readonly suspect: boolean;
			/** Absent if nobody knows. */
			readonly ranMs?: number;
	  }
	/**
	 * None of its code has run or will run: there was no thread for it within about a
	 * second, or it was told to stop before it could begin.
	 */
	| { readonly kind: "not-begun" }
	/** It was told to stop while it ran, and did, or was ended. */
	| { readonly kind: "aborted"; readonly ranMs: number };

export interface Executor {
	/** The task types that can run here. */
	readonly types: ReadonlySet<string>;
	/**
	 * Whether a job that comes now may begin soon. It may not while nothing that runs here
	 * yields.
	 */
	readonly answers: boolean;
	/**
	 * What the handler of a type says for tasks that do not say it themselves, as last
	 * loaded.
	 */
	settingsOf(type: string): HandlerSettings;
	/**
	 * Starts the job at once. Resolves when none of its code runs any more; never rejects.
	 */
	run(job: Job): Promise<JobOutcome>;
	/**
	 * The jobs whose code has begun and not ended, and when it began, by the monotonic
	 * clock.
	 */
	begun(): Iterable<readonly [Job, number]>;
	/**
	 * A node died this long ago. What ran there may have to run isolated here, now or the
	 * next time.
	 */
	expectIsolated(agoMs: number): void;
	/**
	 * Aborts the signal of a job that was given to `run`; ends it by force after `graceMs`. A call
	 * that waits for a process ends with that, END_BY_FORCE_MS later. One that nothing ends is left
	 * behind: no line of the job's code runs after that, and LEFT_BEHIND_MS later it is over.
	 */
	abort(job: Job, reason: string, graceMs: number): void;
	/**
	 * Ends all workers, and the processes that task code has started. Jobs that still run
	 * resolve as `aborted`, those that have not begun as `not-begun`, and those in a call that
	 * nothing ends after LEFT_BEHIND_MS.
	 */
	stop(): Promise<void>;
}
