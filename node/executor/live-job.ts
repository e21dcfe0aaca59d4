/** A job that the executor has in hand, as its parts pass it to one another. */
import type { Job, JobOutcome } from "../ports.ts";
import type { Home } from "./home.ts";
import type { Thread } from "./thread.ts";

/** From the call that ran it to its outcome. */
export interface LiveJob {
	readonly job: Job;
	readonly settle: (outcome: JobOutcome) => void;
	/** Set once it has been told to stop: whatever it does then, it is `aborted`. */
	aborted: boolean;
	/** It has reached its timeout: unless it returns, that is how it ends. */
	overdue: boolean;
	/** It goes on though its signal has fired, for whichever reason: its thread may have to be ended for it. */
	stopping: boolean;
	/** Looks at its thread in which it had not begun. */
	rounds: number;
	/** It was given to another thread than at first, as it had not begun there. */
	moved: boolean;
	/** When its code began, by the monotonic clock; known of those with a timeout, and in a process. */
	beganMs: number | undefined;
	/** How long it is expected to keep its thread at work. */
	costMs: number;
	/** Whether it tells how long; not where its thread, still starting, may have done it before it was known to have loaded. */
	measured: boolean;
	/** Whose threads it runs in, or waits for. */
	home: Home | undefined;
	/** Where it runs, and its number there; undefined while it waits for a thread. */
	thread: Thread | undefined;
	number: number;
}
