/** The store and its shards. The atomic steps that a shard takes are told by subject, in files of their own. */
import type { Histogram } from "../../protocol/instruments.ts";
import type { ShardAccess } from "./store-access.ts";
import type { FullError } from "./store-error.ts";
import type { ShardEvents } from "./store-events.ts";
import type { ShardLive } from "./store-live.ts";
import type { ShardSessions } from "./store-sessions.ts";
import type { ShardStats } from "./store-stats.ts";
import type { ShardTasks } from "./store-tasks.ts";

/**
 * One shard: a little store of its own, with its own tasks, routes, sessions,
 * leases and tokens. It has a few subjects, and each method of a subject is one atomic
 * step. All may be repeated after an unknown outcome, but for the sums of how work went, and for the submission of what may be
 * another run of its id, which would be one more: submitting is keyed by the id, ends
 * and give-backs are fenced by the token, and a claim whose answer was lost shows in
 * `sessions.running`.
 *
 * Which shard a task is in goes by their number. So what is done by the id of a task that
 * may be new (submitting, reading, listing, counting) is fenced by it: a shard that does not
 * have the caller's throws a StoreError, `unsettled`. Shard 0 decides what it is.
 *
 * A call is sent before its method returns, and calls mostly run in the order in
 * which they were sent. Not always: a script that Redis does not know has to be sent
 * again. So order may save an actor time, and nothing may rest on it.
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
 * What a store says of the number of shards of the cluster. Where none is fixed yet: whether
 * there is nothing at all, or sessions or tasks of nodes that know it.
 */
export type Agreement = "agreed" | "empty" | "used";

export interface Store {
	readonly shards: readonly Shard[];
	/** As last seen; changes are told to `onChange`. */
	readonly up: boolean;
	/** Why it cannot be used, as one clause, as far as it is known; undefined if nothing is wrong. */
	readonly trouble?: string | undefined;
	/**
	 * Asks the store whether it would take a new task now, and changes nothing. What it says
	 * if not: it is full, or refuses writes. Absent: it is never full.
	 *
	 * @throws StoreError of another kind
	 */
	refusesWrites?(): Promise<FullError | undefined>;
	/** Called with every change of `up`. */
	onChange(listener: (up: boolean) => void): void;
	/** How long its answers took, in seconds, by the step that was asked for. */
	readonly tookS: Iterable<readonly [step: string, Histogram]>;
	/** How acknowledged writes survive: as the store itself reports it. */
	readonly durability: Durability;
	close(): Promise<void>;
}
export interface Durability {
	readonly appendOnly: boolean | undefined;
	readonly fsync: "always" | "everysec" | "no" | undefined;
	readonly evictionPolicy: string | undefined;
}
