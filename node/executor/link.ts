/**
 * The node's end of one worker: what is said to it, what is heard from it, and its end.
 * There are two kinds: a thread of the node (`thread-link.ts`) and a process of its own
 * (`process-link.ts`). Both run the same code inside (`worker-main.ts`). Whoever uses a
 * link need not know which kind it is.
 */
import type { BeginCells } from "./begin-cells.ts";
import type { BurstToWorker } from "./burst.ts";
import type { WorkerStart } from "./messages.ts";

export interface Link {
	/** The cells in which the worker's jobs begin; undefined for a process. */
	readonly cells: BeginCells | undefined;
	send(burst: BurstToWorker): void;
	/**
	 * Reports at once everything that has arrived and was not reported yet, as far as that
	 * can be had.
	 */
	hearAll(): void;
	/** How long the worker was at work since the last call, in ms; undefined if nobody knows. */
	takeWorkMs(): number | undefined;
	/** Ends the worker by force, whatever it runs, and all processes that belong to it. */
	end(): void;
}

export interface LinkEvents {
	/** Something arrived: a worker's burst, if all is well. */
	heard(burst: unknown): void;
	/** The worker runs nothing more, for this reason; its last words may still have to be heard. */
	failed(why: string): void;
	/** The worker ends on its own, because it no longer hears from the node. */
	left(): void;
	/** The worker has exited in this way; its last words may still have to be heard. */
	exited(how: string): void;
	/** Nothing is left of the worker. Always comes, and comes last. */
	closed(): void;
}

/** Starts a worker. @throws if the system has none to give */
export type OpenLink = (start: WorkerStart, events: LinkEvents) => Link;
