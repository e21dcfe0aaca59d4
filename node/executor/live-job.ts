/** A job that the executor has in hand, as its parts pass it to one another. */
import type { Job, JobOutcome } from "../ports.ts";
import type { Home } from "./home.ts";
import type { Thread } from "./thread.ts";

/** A job from the call that ran it until its outcome. */
export interface LiveJob {
	readonly job: Job;
	readonly settle: (outcome: JobOutcome) => void;
	/** Set once the job has been told to stop: whatever it does then, it is `aborted`. */
	aborted: boolean;
	/** The job has reached its timeout: unless it returns, that is how it ends. */
	overdue: boolean;
	/**
	 * The job goes on although its signal has fired, for whatever reason: its thread may
	 * have to be ended for it.
	 */
	stopping: boolean;
	/** How many looks at its thread found that the job had not begun. */
	rounds: number;
	/** The job was moved to another thread, because it had not begun in its first one. */
	moved: boolean;
	/** When its code began, by the monotonic clock; known for jobs with a timeout, and in a process. */
	beganMs: number | undefined;
	/** How long the job is expected to keep its thread at work. */
	costMs: number;
	/**
	 * Whether the job tells how long its type takes. It does not if its thread, still
	 * starting, may have run it before the thread was known to have loaded.
	 */
	measured: boolean;
	/** The home in whose threads the job runs, or waits for one. */
	home: Home | undefined;
	/** The thread in which the job runs, and its number there; undefined while it waits for a thread. */
	thread: Thread | undefined;
	number: number;
}
