/**
 * Why a node lost its lease, or an attempt did not end by itself: the words that the
 * store keeps, and what each of them tells people. And what was seen of a node whose
 * lease was taken.
 */
import type { Attempt } from "./task.ts";

/** The reasons in words, each of which completes "It was lost because …". */
const REASONS = {
	expired: "its node had not renewed its lease in time",
	silent: "its node had fallen silent: nobody heard it or reached it",
	now: "its node was dead: the connection had closed, and its address refused a new one",
	restarted: "its node had started again",
	goodbye: "its node said goodbye while it ran",
	stopping: "its node was stopping, and its time to finish was over",
	distrusted:
		"its node could not be sure of its lease any more, and stopped it",
	displaced: "the worker that ran it ended on another task's account",
} as const;

export type LossReason = keyof typeof REASONS;

/** The grounds on which a lease may be taken. */
export const DEATH_GROUNDS = ["expired", "silent", "now", "restarted"] as const;
export type DeathGrounds = (typeof DEATH_GROUNDS)[number];

/** Why an attempt did not end by itself, as one clause; undefined if nothing is known. A crash has its own words. */
export function whyOf({ end, why }: Attempt): string | undefined {
	if (why === undefined || end === "crashed") return why;
	return isReason(why) ? REASONS[why] : why;
}

export function whyTaken(grounds: DeathGrounds): string {
	return REASONS[grounds];
}

export function isReason(word: string): word is LossReason {
	return Object.hasOwn(REASONS, word);
}

/** What a node knew about another when that one's lease was taken: by itself, or from a peer. */
export interface Sighting {
	readonly nodeId: string;
	/** The state of the connection to the other node; undefined if nobody knows. */
	readonly connection?: "open" | "closed";
	/** What a new connection to its address met; undefined if nobody tried. */
	readonly port?: "answers" | "refused" | "silent";
	/** When the lease was last renewed, by the store's clock. */
	readonly lastRenewalMs?: number;
	/** What that node concluded. */
	readonly verdict: "alive" | "suspect" | "dead" | "silent" | "expired";
}
