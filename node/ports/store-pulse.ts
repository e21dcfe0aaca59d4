/**
 * Pulses: what a node tells its shard every second, and what it is told.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { Generation } from "../../protocol/token.ts";
import type { AttemptName } from "./store-sessions.ts";

/** A session's lease as somebody saw it: a later renewal shows in its end. */
export interface SeenLease {
	readonly session: SessionName;
	/** When it runs out, in the store's time; 0: revoked. */
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
			/** Number of the last writing of an access token; 0: there never was one. Shard 0 alone has any. */
			readonly accessVersion: number;
			/** The node's own record is there. */
			readonly registered: boolean;
			/** When the shard's next task is due, or expires; it may be past. Undefined: none is, or does. */
			readonly nextTimeMs: number | undefined;
			/** Attempts that this session is to stop, as somebody has cancelled their tasks. */
			readonly marks: readonly AttemptName[];
			/** Rises whenever a session is opened. */
			readonly opens: number;
			/** Rises whenever leases had to be shortened, as the store's clock had been put back. */
			readonly clockStepsBack: number;
			/** Sessions whose lease ran out or was revoked, still with tasks or a record. */
			readonly expired: readonly SeenLease[];
			/** Others that have not renewed for OVERDUE_MS. Of both kinds at most 16, longest ago first. */
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

/** What a pulse tells of the routes with waiting tasks: what the node has not seen yet, in order. */
export interface RoutesTold {
	/** Of the served ones, those above what was seen; at most PULSE_ROUTES_MAX. */
	readonly ready: readonly Route[];
	/** Of those that no node serves, as far as those knew who brought the tasks: as many, above what was seen. */
	readonly unserved: readonly Route[];
	/** The number up to which the node has seen them now. */
	readonly seen: number;
	/** There are others above it: ask again. */
	readonly more: boolean;
	/** Served ones that were asked for once more, in order; at most SWEEP_ROUTES_MAX. */
	readonly again: readonly Route[];
	/** The number of the last of these; 0 if it is the last there is. */
	readonly lastAgain: number;
	/** How many served ones there are. */
	readonly served: number;
}

/** What a node knows of the routes with waiting tasks, and tells with a pulse. */
export interface RoutesKnown {
	/** It has been told of them up to this number; 0: of none. */
	readonly routesSeen?: number;
	/** Some of the unserved ones that it serves. They become served, as far as there is room. */
	readonly served?: readonly Route[];
	/** Some of the served ones that no node serves (any more). */
	readonly unserved?: readonly Route[];
	/** It wants to be told of some served ones once more, of those above this number. */
	readonly again?: number;
}
