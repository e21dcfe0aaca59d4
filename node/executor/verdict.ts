/**
 * What becomes of a job when its thread dies: a pure function of what is known.
 *
 * Attribution matters. A crash counts against a task and the third one ends
 * it, so an innocent neighbour must not be charged, and a poison task must not
 * get away. A worker mostly knows which job ends it (an uncaught error or a
 * `process.exit` happens in the asynchronous context of the job that caused
 * it). Where it cannot tell (the heap is full), all its jobs are suspects: they
 * run again, each in a thread of its own, where the next death has one cause.
 * No job is to blame for a thread that never came to run one.
 */
import type { Job, JobOutcome } from "../ports.ts";
import { timedOut } from "./deadlines.ts";

export type Death =
	/** The node ended the thread, on account of jobs told to stop before. */
	| { readonly kind: "ended" }
	/** The thread told which job ends it: perhaps one that is over already. */
	| {
			readonly kind: "attributed";
			readonly culprit: number;
			readonly message: string;
	  }
	/** It could not load what it was to run: no job has begun in it. */
	| { readonly kind: "unloaded"; readonly message: string }
	| { readonly kind: "unexplained"; readonly message: string };

export interface Bereaved {
	readonly number: number;
	/** It was told to stop before the thread died. */
	readonly aborted: boolean;
	/** It had reached its timeout before. */
	readonly overdue: boolean;
	readonly job: Job;
	/** Its code has begun, as far as anybody can know. */
	readonly begun: boolean;
	/** 0: nobody knows, or not at all. */
	readonly ranMs: number;
	/** Whether it was the only job in its thread. */
	readonly only: boolean;
}

export function outcomeOfDeath(job: Bereaved, death: Death): JobOutcome {
	if (job.aborted)
		return job.begun
			? { kind: "aborted", ranMs: job.ranMs }
			: { kind: "not-begun" };
	if (death.kind === "ended" || death.kind === "unloaded") return innocent(job);
	const guilty =
		death.kind === "attributed" ? job.number === death.culprit : job.only;
	if (guilty) return { kind: "crashed", message: death.message, ...ranOf(job) };
	return death.kind === "unexplained"
		? { kind: "displaced", suspect: true, ...ranOf(job) }
		: innocent(job);
}

/** What was overdue was to be ended in any case. */
function innocent(bereaved: Bereaved): JobOutcome {
	const { overdue, job, ranMs } = bereaved;
	return overdue
		? timedOut(job, ranMs, undefined)
		: { kind: "displaced", suspect: false, ...ranOf(bereaved) };
}

function ranOf({ ranMs }: Bereaved): { readonly ranMs?: number } {
	return ranMs > 0 ? { ranMs } : {};
}

/** What becomes of a job whose code has ended so by itself, or never begins. */
export function outcomeOfEnd(
	{ job, aborted, overdue }: Pick<Bereaved, "job" | "aborted" | "overdue">,
	end: JobOutcome,
): JobOutcome {
	if (end.kind === "not-begun") return end;
	if (aborted)
		return { kind: "aborted", ranMs: "ranMs" in end ? end.ranMs : 0 };
	return overdue && end.kind === "failure"
		? timedOut(job, end.ranMs, end.error)
		: end;
}
