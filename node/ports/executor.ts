/**
 * The executor: runs task code, never on the node's event loop.
 */
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
	  }
	/** The worker died, and this task may be the cause. */
	| { readonly kind: "crashed"; readonly message: string }
	/**
	 * The worker died or was ended on another task's account: run it again, and
	 * `alone` where it is a suspect: one of several that may have killed it.
	 */
	| { readonly kind: "displaced"; readonly suspect: boolean }
	/** It was told to stop, and did or was ended. */
	| { readonly kind: "aborted" };

export interface Executor {
	/** Task types that can be run here. */
	readonly types: ReadonlySet<string>;
	/** Starts the job at once; resolves when it is over; never rejects. */
	run(job: Job): Promise<JobOutcome>;
	/** A node has died, so long ago: what ran there may have to run isolated here, now or the next time. */
	expectIsolated(agoMs: number): void;
	/**
	 * Aborts the signal of a job that was given to `run`; ends it by force after `graceMs`. A call
	 * that waits for a process ends with that, END_BY_FORCE_MS later; one that nothing ends goes on.
	 */
	abort(job: Job, reason: string, graceMs: number): void;
	/**
	 * Ends all workers, and the processes that task code has started. Jobs still running resolve
	 * `aborted`; not those in a call that nothing ends, for which this waits for ever.
	 */
	stop(): Promise<void>;
}
