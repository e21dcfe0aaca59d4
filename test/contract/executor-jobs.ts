/** Jobs for tests, with everything filled in that does not matter there. */
import { expect } from "vitest";
import type { Executor, Job, JobOutcome } from "../../node/ports.ts";
import { KILL_AFTER_MS } from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import type { Script } from "../fakes/executor.ts";

export function job(id: string, more: Partial<Job> = {}): Job {
	return {
		id,
		type: "scripted",
		options: PLAIN,
		payload: "null",
		token: 1,
		attempt: 1,
		round: 1,
		failures: 0,
		retries: 0,
		timeoutMs: undefined,
		killAfterMs: KILL_AFTER_MS,
		priority: 5,
		createdMs: 0,
		alone: false,
		isolated: false,
		...more,
	};
}

/** The outcome of a job that was told to stop while it ran. */
export const aborted = { kind: "aborted", ranMs: expect.any(Number) };

/** A job that runs. */
export interface Begun {
	readonly outcome: Promise<JobOutcome>;
	abort(reason: string, graceMs: number): void;
}

/** Runs a job that will have to be aborted. */
export function begin(executor: Executor, job: Job): Begun {
	return {
		outcome: executor.run(job),
		abort: (reason, graceMs) => executor.abort(job, reason, graceMs),
	};
}

/** A job of the type `scripted`, which does what the script says. */
export function scripted(
	id: string,
	script: Script,
	more: Partial<Job> = {},
): Job {
	return job(id, { payload: JSON.stringify(script), ...more });
}

export const forever: Script = { durationMs: "forever" };
export const deaf: Script = { durationMs: "forever", deaf: true };

/** An executor that runs such jobs. */
export interface ExecutorBench {
	readonly executor: Executor;
	/** Resolves once the code of this task runs. */
	begun(id: string): Promise<void>;
}
