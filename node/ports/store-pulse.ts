/** Pulses: what a node tells its shard about every second, and what it is told. */
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { Generation } from "../../protocol/token.ts";
import type { AttemptName } from "./store-sessions.ts";

/** A session's lease as somebody saw it. A later renewal changes when it expires. */
export interface SeenLease {
	readonly session: SessionName;
	/** When it expires, in the store's time; 0 if it was revoked. */
	readonly expiresMs: number;
}

export type Pulse =
	| {
			readonly ok: true;
			readonly nowMs: number;
			readonly raised: Generation;
			/** Tasks that the store believes this session runs. */
			readonly running: number;
			/** Rises whenever a node comes, goes or changes its record. */
			readonly registryVersion: number;
			/**
			 * The number of the last write to an access token; 0 if there never was one. Only
			 * shard 0 has any.
			 */
			readonly accessVersion: number;
			/** The node's own record is there. */
			readonly registered: boolean;
			/**
			 * When the shard's next task becomes due or expires; perhaps in the past. Undefined
			 * if no task has a time.
			 */
			readonly nextTimeMs: number | undefined;
			/**
			 * Attempts that this session is to stop, because somebody has cancelled their
			 * tasks.
			 */
			readonly marks: readonly AttemptName[];
			/** Rises whenever a session is opened. */
			readonly opens: number;
			/**
			 * Rises whenever leases had to be shortened because the store's clock had been put
			 * back.
			 */
			readonly clockStepsBack: number;
			/**
			 * Sessions whose lease has expired or was revoked, and which still have tasks or a
			 * record.
			 */
			readonly expired: readonly SeenLease[];
			/**
			 * Other sessions that have not renewed for OVERDUE_MS. At most 16 of either kind,
			 * longest ago first.
			 */
			readonly overdue: readonly SeenLease[];
			readonly routes: RoutesTold;
	  }
	/** The session is revoked, or a newer session of the same node is open. */
	| { readonly ok: false; readonly code: "revoked" | "superseded" }
	/** The cluster has been made anew with another number of shards. */
	| {
			readonly ok: false;
			readonly code: "other_shards";
			readonly shards: number;
	  };

export type GoodPulse = Extract<Pulse, { ok: true }>;

/**
 * What a pulse reports about the routes with waiting tasks: what the node has not seen
 * yet, in order.
 */
export interface RoutesTold {
	/** Served routes above what was seen; at most PULSE_ROUTES_MAX. */
	readonly ready: readonly Route[];
	/**
	 * Routes that no node serves, as far as those knew who brought the tasks: at most as
	 * many, above what was seen.
	 */
	readonly unserved: readonly Route[];
	/** The number up to which the node has now seen them. */
	readonly seen: number;
	/** There are more above it: ask again. */
	readonly more: boolean;
	/**
	 * Served routes that the node asked to be told once more, in order; at most
	 * SWEEP_ROUTES_MAX.
	 */
	readonly again: readonly Route[];
	/** The number of the last of these; 0 if there are no more. */
	readonly lastAgain: number;
	/** How many served ones there are. */
	readonly served: number;
}

/** What a node knows of the routes with waiting tasks, and says with a pulse. */
export interface RoutesKnown {
	/** It has been told of routes up to this number; 0 if of none. */
	readonly routesSeen?: number;
	/** Unserved routes that it does serve. They become served, as far as there is room. */
	readonly served?: readonly Route[];
	/** Served routes that no node serves (any more). */
	readonly unserved?: readonly Route[];
	/** It asks to be told some served routes once more, those above this number. */
	readonly again?: number;
}
