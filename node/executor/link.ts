/**
 * The node's end of one worker: what is said to it, what is heard from it, and its end.
 * There are two kinds, a thread of the node (`thread-link.ts`) and a process of its own
 * (`process-link.ts`); inside both runs the same code (`worker-main.ts`). Who uses a link
 * need not know which it is.
 */
import type { BeginCells } from "./begin-cells.ts";
import type { BurstToWorker } from "./burst.ts";
import type { WorkerStart } from "./messages.ts";

export interface Link {
	/** In which its jobs begin; undefined of a process. */
	readonly cells: BeginCells | undefined;
	send(burst: BurstToWorker): void;
	/** Tells at once of all that has come and was not told of yet, as far as that can be had. */
	hearAll(): void;
	/** How long it was at work since this was asked last, ms; undefined if nobody knows. */
	takeWorkMs(): number | undefined;
	/** Ends it by force, whatever it runs, and all processes that belong to it. */
	end(): void;
}

export interface LinkEvents {
	/** What came: a burst of a worker's, if all is well. */
	heard(burst: unknown): void;
	/** It runs nothing more, for this reason; its last words may have to be heard yet. */
	failed(why: string): void;
	/** It ends on its own, on account of the node, which it no longer hears. */
	left(): void;
	/** It has exited, in this way; its last words may have to be heard yet. */
	exited(how: string): void;
	/** Nothing is left of it. Always comes, as the last. */
	closed(): void;
}

/** Starts a worker. @throws where the system has none to give. */
export type OpenLink = (start: WorkerStart, events: LinkEvents) => Link;
