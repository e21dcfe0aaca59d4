/**
 * What a shard keeps and reports about its state: figures, now and over time, and what
 * runs.
 */
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
	/**
	 * The slots of all live nodes of the cluster, as far as the node that took the sample
	 * knew.
	 */
	readonly slots: number;
	/** Tasks that have ever ended in the shard. */
	readonly ended: number;
	/** Tasks that ended as FAILURE in the step. */
	readonly failed: number;
	/**
	 * Since when the oldest PENDING task of the cluster has waited; 0 if none waits.
	 * Undefined if that is not known.
	 */
	readonly oldestMs: number | undefined;
}

export interface LiveLook {
	readonly nowMs: number;
	readonly pending: number;
	readonly started: number;
	/** See `LiveSample`. */
	readonly ended: number;
	/** Tasks that ended as FAILURE within all steps. */
	readonly failed: number;
	/** Oldest first. */
	readonly samples: readonly LiveSample[];
	/** Sessions that hold a lease, perhaps an expired one: at most LIVE_SESSIONS_MAX. */
	readonly sessions: readonly LiveSession[];
}

export interface LiveSession extends SeenLease {
	/** The tasks that it runs. */
	readonly running: number;
}

/** An attempt that is running. */
export interface HeldAttempt extends AttemptName {
	readonly attempt: number;
	readonly claimedMs: number;
	readonly session: SessionName;
}

export interface HoldersReply {
	readonly attempts: readonly HeldAttempt[];
	/** How many of the sessions were looked at, from the first. */
	readonly looked: number;
}

export interface LiveHead {
	readonly round: number;
	readonly route: Route;
}

/**
 * When leases expire, as of one moment of the store's time. A session that is missing
 * here has lost its lease.
 */
export interface Leases {
	readonly nowMs: number;
	readonly expires: ReadonlyMap<SessionName, number>;
}

/** `Shard` says what holds for all of its methods. */
export interface ShardLive {
	/** Figures as they are, and samples of steps that ended after this (store's time). */
	look(afterMs: number): Promise<LiveLook>;
	/**
	 * Keeps the figures of the step that has just ended. Any node may do it at any time.
	 * Once it is done, a repetition only adds since when the oldest task waits, if that was
	 * not known. Returns whether anything was written.
	 */
	sample(figures: Pick<LiveSample, "slots" | "oldestMs">): Promise<boolean>;
	/**
	 * The attempts that these sessions run, for as many of the sessions as one step may
	 * read: at least one. Of each session at most LIVE_HOLDERS_STEP, those of its oldest
	 * tasks.
	 */
	holders(sessions: readonly SessionName[]): Promise<HoldersReply>;
	/**
	 * The heads of as many of the tasks as one step may read, from the first: at least one.
	 * Undefined for a task that does not exist.
	 */
	heads(ids: readonly string[]): Promise<(LiveHead | undefined)[]>;
}
