/**
 * The store and its shards. The atomic steps of a shard are listed by subject, in files
 * of their own.
 */
import type { Histogram } from "../../protocol/instruments.ts";
import type { ShardAccess } from "./store-access.ts";
import type { FullError } from "./store-error.ts";
import type { ShardEvents } from "./store-events.ts";
import type { ShardLive } from "./store-live.ts";
import type { ShardSessions } from "./store-sessions.ts";
import type { ShardStats } from "./store-stats.ts";
import type { ShardTasks } from "./store-tasks.ts";

/**
 * One shard: a small store of its own, with its own tasks, routes, sessions, leases and
 * tokens. It has several subjects, and each method of a subject is one atomic step. Every
 * method may be repeated after an unknown outcome, with two exceptions: the sums of how
 * work went, and the submission of what may be another run of its id, which would create
 * one more. Submissions are keyed by the id, ends and give-backs are fenced by the token,
 * and a claim whose answer was lost shows in `sessions.running`.
 *
 * The number of shards decides which shard a task is in. So whatever goes by the id of a
 * task that may be new (submitting, reading, listing, counting) is fenced by that number:
 * a shard that does not have the caller's number throws a StoreError, `unsettled`. Shard
 * 0 decides the number.
 *
 * A call is sent before its method returns, and calls mostly run in the order in which
 * they were sent. Not always: a script that Redis does not know has to be sent again. So
 * an actor may use this order to save time, but must not rely on it.
 */
export interface Shard {
	readonly index: number;
	readonly sessions: ShardSessions;
	readonly tasks: ShardTasks;
	readonly access: ShardAccess;
	readonly stats: ShardStats;
	readonly events: ShardEvents;
	readonly live: ShardLive;
}

/**
 * What a store says about the cluster's number of shards. If none is fixed yet: whether
 * the store is empty, or has sessions or tasks of nodes that know it.
 */
export type Agreement = "agreed" | "empty" | "used";

export interface Store {
	readonly shards: readonly Shard[];
	/** As last seen; changes are told to `onChange`. */
	readonly up: boolean;
	/**
	 * Why it cannot be used, as one clause, as far as that is known; undefined if nothing
	 * is wrong.
	 */
	readonly trouble?: string | undefined;
	/**
	 * Asks the store whether it would take a new task now, and changes nothing. Returns
	 * what it says if it is full or refuses writes. Absent if it is never full.
	 * @throws StoreError of another kind
	 */
	refusesWrites?(): Promise<FullError | undefined>;
	/** Called whenever `up` has changed. */
	onChange(listener: (up: boolean) => void): void;
	/** How long its answers took, in seconds, by step. */
	readonly tookS: Iterable<readonly [step: string, Histogram]>;
	/** How acknowledged writes survive, as the store itself reports it. */
	readonly durability: Durability;
	close(): Promise<void>;
}
export interface Durability {
	readonly appendOnly: boolean | undefined;
	readonly fsync: "always" | "everysec" | "no" | undefined;
	readonly evictionPolicy: string | undefined;
}
