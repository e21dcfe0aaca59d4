/** Workers of one kind, and the jobs that wait for one of them. */
import type { OpenLink } from "./link.ts";
import type { LiveJob } from "./live-job.ts";
import type { Retrier } from "./retrier.ts";
import type { Thread } from "./thread.ts";

export interface Starter {
	/** Starts a worker in its home. Undefined if none can be had; the retrier then knows why. */
	start(home: Home): Thread | undefined;
}

export interface Home {
	readonly workers: Set<Thread>;
	readonly open: OpenLink;
	readonly retrier: Retrier;
	/** Gives the job to a worker, as soon as there is one for it. */
	place(live: LiveJob): void;
	/** Takes back a job that waits. */
	withdraw(live: LiveJob): void;
	/** To be called when there may be a worker for those that wait. */
	next(): void;
	/** Called when a worker has no more jobs. Whether it is to be ended. */
	isDone(): boolean;
}
