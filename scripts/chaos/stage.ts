/**
 * What a run plays on: a cluster to submit to and to trouble, either the run's own
 * (`own-cluster.ts`) or one that was there (`attached-cluster.ts`).
 */
import type { Life } from "./member.ts";
import type { Opening } from "./openings.ts";
import type { Victims } from "./trouble.ts";

export interface Stage {
	readonly victims: Victims;
	/** Base URLs of the HTTP sides of all nodes, in whatever state. */
	readonly urls: readonly string[];
	readonly nodes: readonly { readonly name: string; readonly lives: Life[] }[];
	/**
	 * Waits until all nodes are ready; to be called once nothing is in their way. A node
	 * that is not ready by the end is a flaw.
	 */
	untilReady(): Promise<void>;
	/** The openings of all sessions so far; none if they cannot be known. */
	openings(): readonly Opening[];
	/** What went wrong by itself so far. */
	flaws(): readonly Flaw[];
	/** Ends what was started; that may bring further flaws. */
	end(): Promise<void>;
}

export interface Flaw {
	readonly atMs: number;
	readonly what: string;
}
