/**
 * What becomes of a job when its thread dies: a pure function of what is known.
 *
 * Attribution matters. A crash counts against a task, and the third one ends it. So an
 * innocent neighbour must not be charged, and a poison task must not get away. A worker
 * usually knows which job ends it: an uncaught error or a `process.exit` happens in the
 * asynchronous context of the job that caused it. If it cannot tell (the heap is full),
 * all its jobs are suspects: each runs again in a thread of its own, where the next death
 * has only one possible cause. No job is to blame if its thread never came to run one.
 */
import type { Job, JobOutcome } from "../ports.ts";
import { timedOut } from "./deadlines.ts";

export type Death =
	/** The node ended the thread because jobs in it had been told to stop. */
	| { readonly kind: "ended" }
	/** The thread said which job ends it; that job may be over already. */
	| {
			readonly kind: "attributed";
			readonly culprit: number;
			readonly message: string;
	  }
	/** The thread could not load what it was to run: no job has begun in it. */
	| { readonly kind: "unloaded"; readonly message: string }
	| { readonly kind: "unexplained"; readonly message: string };

export interface Bereaved {
	readonly number: number;
	/** The job was told to stop before the thread died. */
	readonly aborted: boolean;
	/** The job had reached its timeout before the thread died. */
	readonly overdue: boolean;
	readonly job: Job;
	/** The job's code has begun, as far as anybody can know. */
	readonly begun: boolean;
	/** How long the job ran; 0 if nobody knows, or if it did not run. */
	readonly ranMs: number;
	/** Whether the job was the only one in its thread. */
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

/**
 * The outcome of a job that is not to blame. One that was overdue would have been ended
 * in any case.
 */
function innocent(bereaved: Bereaved): JobOutcome {
	const { overdue, job, ranMs } = bereaved;
	return overdue
		? timedOut(job, ranMs, undefined)
		: { kind: "displaced", suspect: false, ...ranOf(bereaved) };
}

function ranOf({ ranMs }: Bereaved): { readonly ranMs?: number } {
	return ranMs > 0 ? { ranMs } : {};
}

/** What becomes of a job whose code has ended this way by itself, or never begins. */
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
