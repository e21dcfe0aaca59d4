/**
 * What a run plays on: a cluster to submit to and to trouble, be it the run's
 * own (`own-cluster.ts`) or one that was there (`attached-cluster.ts`).
 */
import type { Life } from "./member.ts";
import type { Opening } from "./openings.ts";
import type { Victims } from "./trouble.ts";

export interface Stage {
	readonly victims: Victims;
	/** Bases of the HTTP sides of all nodes, in whatever state. */
	readonly urls: readonly string[];
	readonly nodes: readonly { readonly name: string; readonly lives: Life[] }[];
	/** Once nothing is in their way: until all nodes are ready. Who is not by the end is a flaw. */
	untilReady(): Promise<void>;
	/** Of all sessions, so far; none where that cannot be known. */
	openings(): readonly Opening[];
	/** What went wrong by itself, so far. */
	flaws(): readonly Flaw[];
	/** Ends what was started; further flaws may come of it. */
	end(): Promise<void>;
}

export interface Flaw {
	readonly atMs: number;
	readonly what: string;
}
