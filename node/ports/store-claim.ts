/**
 * How a session claims waiting tasks of a shard.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";

/** The lease under which a session is given tasks. */
export interface Lease {
	readonly session: SessionName;
	readonly generation: number;
}

export interface ClaimRequest extends Lease {
	/** Routes to claim from; at most CLAIM_ROUTES_MAX. */
	readonly routes: readonly Route[];
	/** At most CLAIM_BATCH_MAX. */
	readonly limit: number;
	/**
	 * Groups of routes from which fewer tasks may come together than the limit; each route
	 * in at most one.
	 */
	readonly rooms?: readonly ClaimRoom[];
	/**
	 * Which of the tasks that wait on these routes are the session's, counted from 1, in
	 * rising order: of however many wait, no more come than there are turns up to their
	 * number. Undefined if all may come.
	 */
	readonly turns?: readonly number[];
}

export interface ClaimRoom {
	readonly tasks: number;
	/** The places of the routes in the request. */
	readonly routes: readonly number[];
}

export type ClaimReply =
	| {
			readonly ok: true;
			/** Lowest rank first, across all routes asked for. */
			readonly tasks: readonly ClaimedTask[];
			/** Waiting tasks left on each of the routes asked for. */
			readonly waiting: readonly number[];
	  }
	/** `stale_generation`: the store has restarted since; adopt it first. */
	| {
			readonly ok: false;
			readonly code: "no_lease" | "stale_generation";
	  };
