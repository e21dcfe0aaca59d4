/** A job that the executor has in hand, as its parts pass it to one another. */
import type { Job, JobOutcome } from "../ports.ts";
import type { Thread } from "./thread.ts";

/** From the call that ran it to its outcome. */
export interface LiveJob {
	readonly job: Job;
	readonly settle: (outcome: JobOutcome) => void;
	/** Set once it has been told to stop: whatever it does then, it is `aborted`. */
	aborted: boolean;
	/** How long it is expected to keep its thread at work. */
	costMs: number;
	/** Whether it tells how long; not where its thread, still starting, may have done it before it was known to have loaded. */
	measured: boolean;
	/** Where it runs, and its number there; undefined while it waits for a thread. */
	thread: Thread | undefined;
	number: number;
}
