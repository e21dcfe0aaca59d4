/**
 * The store: shards, and the atomic steps that each of them takes.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { Route } from "../../protocol/route.ts";
import type { AttemptEnd, TaskState } from "../../protocol/state.ts";
import type {
	ClaimedTask,
	NewTask,
	TaskEnd,
	TaskRecord,
} from "../../protocol/task.ts";
import type { Generation } from "../../protocol/token.ts";
import type { NodeRecord, RegisteredNode } from "./node-record.ts";
import type { StoreError } from "./store-error.ts";
import type { OpenReply, OpenRequest } from "./store-opening.ts";
import type { Pulse, RoutesKnown } from "./store-pulse.ts";

/** All nodes of a shard, as at one moment of its clock. */
export interface Registry {
	readonly nowMs: number;
	/** As a pulse tells it: where it has risen, leases may be short though their holders live. */
	readonly clockStepsBack: number;
	/** As a pulse tells it: where it has risen since, somebody has come who is not listed here. */
	readonly opens: number;
	readonly nodes: RegisteredNode[];
}

export type SubmitOutcome =
	| {
			readonly ok: true;
			readonly created: true;
			readonly seq: number;
			/** Where it is the session's that it was brought with. */
			readonly claimed?: ClaimedTask;
	  }
	/** The id is taken. Whether by the same task is for the caller to compare. */
	| {
			readonly ok: true;
			readonly created: false;
			readonly existing: TaskRecord;
	  }
	| {
			readonly ok: false;
			/** Of its kind, served or not, as many routes have waiting tasks as may. */
			readonly code: "too_many_routes" | "too_many_unserved";
	  };

/** What became of a task that a node was to submit; `overloaded`: it waited there for too long, and was not sent. */
export type Submission = SubmitOutcome | StoreError | "overloaded";

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
}
export type ClaimReply =
	| {
			readonly ok: true;
			/** Lowest rank first, across all the routes asked for. */
			readonly tasks: readonly ClaimedTask[];
			/** Waiting tasks left on each of the routes asked for. */
			readonly waiting: readonly number[];
	  }
	/** `stale_generation`: the store has restarted since; adopt it first. */
	| {
			readonly ok: false;
			readonly code: "no_lease" | "stale_generation";
	  };

/**
 * `accepted`: this end stands (also when it had been accepted before and the
 * answer was lost). `stale_token`: the attempt is no longer the task's; nothing
 * was changed, and the refusal was counted.
 */
export type EndOutcome = "accepted" | "stale_token";

/** What tells an attempt from all others. */
export interface AttemptName {
	readonly id: string;
	readonly token: number;
}

/** A task given back by its own holder. `crashed` counts towards CRASHES_MAX. */
export interface GiveBack extends AttemptName {
	readonly end: Extract<AttemptEnd, "handed-back" | "crashed">;
	/** Said of the task when it is given up for crashing too often. */
	readonly message: string;
}
/** `pending`: waits again. `ended`: crashed once too often, now FAILURE. */
export type GiveBackOutcome = "pending" | "ended" | "stale_token";

/**
 * On what grounds a session is revoked. Where `expiresMs` is named, only if the lease
 * still ends then, that is, if its holder has not renewed it since that was seen; or if it
 * was revoked before.
 */
export type RevokeGrounds =
	/** The lease has run out. */
	| { readonly when: "expired"; readonly expiresMs: number }
	/** Its holder has fallen silent, and was last heard of by the store SILENT_LEASE_MS ago. */
	| { readonly when: "silent"; readonly expiresMs: number }
	/** The caller knows the node dead. */
	| { readonly when: "now" };

export interface RevokeRequest {
	readonly session: SessionName;
	readonly grounds: RevokeGrounds;
	/** At most REVOKE_BATCH_MAX tasks in one call. */
	readonly limit: number;
}
export interface PutBack {
	/** Tasks put back, by route; ended ones (their node lost once too often with nothing else on it) are not in it. */
	readonly putBack: readonly RoutedCount[];
	/** Tasks of the session still to be put back: call again. */
	readonly left: number;
}
export type RevokeReply =
	| ({ readonly ok: true } & PutBack)
	/** Its holder has renewed it since, or it is too early; nothing was done. */
	| { readonly ok: false; readonly code: "renewed" };

/** Tasks that became waiting on a route: what an announcement is made from. */
export interface RoutedCount {
	readonly route: Route;
	readonly count: number;
	readonly topPriority: number;
}

export interface ListRequest {
	/** Undefined: all states. */
	readonly state: TaskState | undefined;
	/** Only tasks created before this creation number. */
	readonly beforeSeq: number;
	readonly limit: number;
}

export interface ListReply {
	readonly tasks: readonly TaskRecord[];
	/** There are older ones: the page ended at `limit`, or with the task that made it larger than LIST_BYTES_MAX. */
	readonly more: boolean;
}

/** Tasks by state now, and running totals since the shard was made. */
export interface ShardCounts {
	readonly states: Readonly<Record<TaskState, number>>;
	readonly accepted: number;
	readonly attempts: number;
	/** Ends of attempts refused for a stale token. */
	readonly stale: number;
	/** Routes with waiting tasks. */
	readonly routes: number;
	/** Of more than BACKLOG_ROUTES_MAX routes those that tasks came to last. */
	readonly waiting: readonly {
		readonly route: Route;
		readonly count: number;
	}[];
}

/**
 * One shard: a little store of its own, with its own tasks, routes, sessions,
 * leases and tokens. Each method is one atomic step. All may be repeated after
 * an unknown outcome: submitting is keyed by the id, ends and give-backs are
 * fenced by the token, and a claim whose answer was lost shows in `running`.
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
	/**
	 * A new session with a new epoch, higher than the node's last in this shard (every shard
	 * counts its own); an earlier session of the node is revoked. Sent again by the same life,
	 * which has not heard of the session that it opened, it renews that one instead.
	 */
	open(request: OpenRequest): Promise<OpenReply>;
	/**
	 * To be called whenever the store has come back: raises the generation where
	 * the store has restarted, is behind the one known, or has come to the
	 * same number by another raise. Returns it. Until then claims answer
	 * `stale_generation`. Sessions and leases stay as they are.
	 */
	adopt(known: Generation): Promise<Generation>;
	/**
	 * Replaces the record of a session's node, for instance when it drains, or puts it back.
	 * The node's name, as `open` gives it; the record's if the session is over, and nothing
	 * was done.
	 */
	describe(session: SessionName, record: NodeRecord): Promise<string>;
	/** Renews the lease, and looks around: the one call that every node makes every second. */
	pulse(
		session: SessionName,
		ttlMs: number,
		known?: RoutesKnown,
	): Promise<Pulse>;
	/**
	 * Says goodbye: ends the own session. Tasks that it still runs wait again, as if handed
	 * back; at most `limit` of them in one call, and REVOKE_BATCH_MAX.
	 */
	close(session: SessionName, limit: number): Promise<PutBack>;
	/**
	 * Outcomes in order. At most SUBMIT_BATCH_MAX tasks. Brought with a lease, the new ones
	 * are its session's at once, where it may have them and no task waits on any of the routes.
	 * `unserved` are those of the routes that no node serves: they have room of their own.
	 */
	submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved?: readonly Route[],
	): Promise<SubmitOutcome[]>;
	claim(request: ClaimRequest): Promise<ClaimReply>;
	/** Outcomes in order. At most COMPLETE_BATCH_MAX. */
	complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }>;
	/** Outcomes in order. At most COMPLETE_BATCH_MAX. */
	giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]>;
	revoke(request: RevokeRequest): Promise<RevokeReply>;
	/** Tasks that the store believes the session runs; at most RECONCILE_MAX. */
	running(session: SessionName): Promise<readonly AttemptName[]>;
	/**
	 * Those of these attempts that are not the session's: their task has another holder, or
	 * none. In order; at most UNLISTED_BATCH_MAX. A store that lost writes may have forgotten
	 * the claim that brought them.
	 */
	unlisted(
		session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<AttemptName[]>;
	/**
	 * Forgets ended tasks: those that ended `keptMs` ago (ENDED_KEPT_MS where that is not
	 * said), and the oldest beyond `keptMax`. Returns how many, at most TRIM_BATCH_MAX.
	 */
	trim(keptMax: number, keptMs?: number): Promise<number>;
	/** In order; undefined for what does not exist. */
	get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]>;
	/** Those that have ended or do not exist. At most WAIT_BATCH_MAX. */
	over(ids: readonly string[]): Promise<string[]>;
	/** Newest first. */
	list(request: ListRequest): Promise<ListReply>;
	counts(): Promise<ShardCounts>;
	/** Marks a node's session, for the node to find and drain. False: it holds no lease. */
	askToDrain(nodeId: string): Promise<boolean>;
	/** All registered nodes. Records of nodes without a lease for DEAD_NODE_KEPT_MS are left out, and forgotten by `pulse`. */
	nodes(): Promise<Registry>;
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
	/** Called with every change of `up`. */
	onChange(listener: (up: boolean) => void): void;
	/** How acknowledged writes survive: as the store itself reports it. */
	readonly durability: Durability;
	close(): Promise<void>;
}
export interface Durability {
	readonly appendOnly: boolean | undefined;
	readonly fsync: "always" | "everysec" | "no" | undefined;
	readonly evictionPolicy: string | undefined;
}
