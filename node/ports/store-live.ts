/** What a shard keeps, and tells, of how things are: figures, now and over time, and what runs. */
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { SeenLease } from "./store-pulse.ts";
import type { AttemptName } from "./store-sessions.ts";

/** Figures at the end of a step of LIVE_STEP_MS. */
export interface LiveSample {
	/** In the store's time; a multiple of the step's length. */
	readonly atMs: number;
	readonly pending: number;
	readonly started: number;
	/** Of all live nodes of the cluster, as whoever took the sample knew. */
	readonly slots: number;
	/** Tasks that have ever ended in the shard. */
	readonly ended: number;
	/** Those that are FAILURE, and ended in the step. */
	readonly failed: number;
	/** Since when the oldest PENDING task of the cluster has waited; 0: none waits. Undefined: not known. */
	readonly oldestMs: number | undefined;
}

export interface LiveLook {
	readonly nowMs: number;
	readonly pending: number;
	readonly started: number;
	/** See `LiveSample`. */
	readonly ended: number;
	/** Those that are FAILURE, and ended within all steps. */
	readonly failed: number;
	/** Oldest first. */
	readonly samples: readonly LiveSample[];
	/** Those that hold a lease, perhaps one that has run out: at most LIVE_SESSIONS_MAX. */
	readonly sessions: readonly LiveSession[];
}

export interface LiveSession extends SeenLease {
	/** Tasks that it runs. */
	readonly running: number;
}

/** An attempt that runs. */
export interface HeldAttempt extends AttemptName {
	readonly attempt: number;
	readonly claimedMs: number;
	readonly session: SessionName;
}

export interface HoldersReply {
	readonly attempts: readonly HeldAttempt[];
	/** Of so many of the sessions, from the first. */
	readonly looked: number;
}

export interface LiveHead {
	readonly round: number;
	readonly route: Route;
}

/** When leases end, at a moment of the store's time. Of a session that is not among them it was taken. */
export interface Leases {
	readonly nowMs: number;
	readonly expires: ReadonlyMap<SessionName, number>;
}

/** What holds for all of its methods stands at `Shard`. */
export interface ShardLive {
	/** Figures as they are, and samples of steps that ended after this (store's time). */
	look(afterMs: number): Promise<LiveLook>;
	/**
	 * Keeps the figures of the step that has just ended. Any node may do it at any time; once it is
	 * done nothing more is, but to add since when the oldest task waits if that was not known.
	 * Returns whether anything was written.
	 */
	sample(figures: Pick<LiveSample, "slots" | "oldestMs">): Promise<boolean>;
	/** Attempts that these sessions run, of as many of them as a step may read: one at least. Of each LIVE_HOLDERS_STEP at most, those of its oldest tasks. */
	holders(sessions: readonly SessionName[]): Promise<HoldersReply>;
	/** Of as many of the tasks as a step may read, from the first: one at least. Undefined: there is none. */
	heads(ids: readonly string[]): Promise<(LiveHead | undefined)[]>;
}
