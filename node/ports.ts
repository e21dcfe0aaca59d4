/**
 * The seams between the scheduler and the world.
 *
 * Actors know these interfaces and `protocol/`, nothing else: no library, no
 * clock, no environment. Adapters implement them (`store/`, `gossip/`,
 * `executor/`, `http/`, `world.ts`); so do the fakes in `test/`, which lets a
 * whole cluster run in one process on virtual time. Every port that has a fake
 * has a contract suite which the real one and the fake both pass.
 */
import type { Digest, GossipMessage } from "../protocol/gossip.ts";
import type { SessionName } from "../protocol/lease.ts";
import type { Problem } from "../protocol/problem.ts";
import type { Route } from "../protocol/route.ts";
import type { AttemptEnd, TaskState } from "../protocol/state.ts";
import type {
	ClaimedTask,
	JsonText,
	NewTask,
	TaskEnd,
	TaskError,
	TaskRecord,
} from "../protocol/task.ts";

// --- Time and chance

export interface Timer {
	cancel(): void;
}

export interface Clock {
	/** Wall clock, ms since 1970. For people and ids; decides nothing. */
	wallMs(): number;
	/** Monotonic clock, ms. What a node judges its own trust window by. */
	monoMs(): number;
	/** Calls `fn` once after `ms`. Does not keep the process alive. */
	after(ms: number, fn: () => void): Timer;
	/** Calls `fn` after the current burst of events, to batch what comes together. */
	soon(fn: () => void): void;
}

export interface Random {
	/** In [0, 1). */
	unit(): number;
	/** So many characters of `0123456789abcdefghjkmnpqrstvwxyz`, 5 random bits each. */
	text(chars: number): string;
}

export interface Log {
	debug(fields: object, message: string): void;
	info(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
}

// --- Store

/**
 * Thrown by every method of `Shard` and `Store` when the store cannot be
 * reached, refuses, or does not answer in time.
 */
export class StoreError extends Error {
	readonly kind: StoreErrorKind;
	constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
		super(message, { cause });
		this.name = "StoreError";
		this.kind = kind;
	}
}
export type StoreErrorKind =
	/** Nothing was sent: the store is known to be unreachable. */
	| "unreachable"
	/** It was sent and no answer came: it may or may not have been done. */
	| "unknown"
	/** The store answered that it does not take writes (memory or disk full, read-only). */
	| "full";

/** What a node tells of itself when it opens a session; all others can read it. */
export interface NodeRecord {
	readonly nodeId: string;
	readonly pid: number;
	readonly host: string;
	/** `host:port` of its HTTP side, and of its gossip side ("" without gossip). */
	readonly http: string;
	readonly p2p: string;
	readonly version: string;
	readonly startedMs: number;
	readonly slots: number;
	readonly types: readonly string[];
	/** Undefined: serves every queue. */
	readonly queues?: readonly string[];
	readonly labels: readonly string[];
	readonly draining: boolean;
}

/** A registered node as the store sees it. */
export interface RegisteredNode {
	readonly record: NodeRecord;
	readonly epoch: number;
	/** When its lease runs out, in the store's time; 0: revoked. Undefined: no lease. */
	readonly expiresMs: number | undefined;
	readonly running: number;
}

export interface OpenRequest {
	readonly record: NodeRecord;
	readonly ttlMs: number;
	/** Highest store generation that this node has seen or heard of. */
	readonly generation: number;
}
export interface Opened {
	readonly epoch: number;
	readonly generation: number;
	readonly nowMs: number;
	/** Earlier session of the same node, now revoked and to be drained. */
	readonly previous: SessionName | undefined;
}

export type Pulse =
	| {
			readonly ok: true;
			readonly nowMs: number;
			readonly generation: number;
			/** Tasks that the store believes this session runs. */
			readonly running: number;
			/** Rises whenever a node comes, goes or changes its record. */
			readonly registryVersion: number;
			/** Sessions whose lease ran out or was revoked, still with tasks or a record. At most 16. */
			readonly expired: readonly SessionName[];
			/** Routes with waiting tasks. */
			readonly ready: readonly Route[];
	  }
	/** The session is revoked, or a newer session of the same node is open. */
	| { readonly ok: false; readonly code: "revoked" | "superseded" };

export type SubmitOutcome =
	| { readonly ok: true; readonly created: true; readonly seq: number }
	/** The id is taken. Whether by the same task is for the caller to compare. */
	| {
			readonly ok: true;
			readonly created: false;
			readonly existing: TaskRecord;
	  }
	| { readonly ok: false; readonly code: "too_many_routes" };

export interface ClaimRequest {
	readonly session: SessionName;
	readonly generation: number;
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
			/** Waiting tasks left on the routes asked for. */
			readonly remaining: number;
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

/** A task given back by its own holder. `crashed` counts towards CRASHES_MAX. */
export interface GiveBack {
	readonly id: string;
	readonly token: number;
	readonly end: Extract<AttemptEnd, "handed-back" | "crashed">;
	/** Said of the task when it is given up for crashing too often. */
	readonly message: string;
}
/** `pending`: waits again. `ended`: crashed once too often, now FAILURE. */
export type GiveBackOutcome = "pending" | "ended" | "stale_token";

export interface RevokeRequest {
	readonly session: SessionName;
	/**
	 * `expired`: only if the lease has run out (or was revoked before).
	 * `now`: whether it has or not, by a caller who knows the node dead.
	 */
	readonly when: "expired" | "now";
	/** At most REVOKE_BATCH_MAX tasks in one call. */
	readonly limit: number;
}
export type RevokeReply =
	| {
			readonly ok: true;
			/** Tasks put back, by route; ended ones (lost once too often) are not in it. */
			readonly putBack: readonly RoutedCount[];
			/** Tasks of the session still to be put back: call again. */
			readonly left: number;
	  }
	/** Its holder has renewed it since; nothing was done. */
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

/** Tasks by state now, and running totals since the shard was made. */
export interface ShardCounts {
	readonly states: Readonly<Record<TaskState, number>>;
	readonly accepted: number;
	readonly attempts: number;
	/** Ends of attempts refused for a stale token. */
	readonly stale: number;
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
 */
export interface Shard {
	readonly index: number;
	/** A new session with a new epoch, higher than the node's last in this shard (every shard counts its own). */
	open(request: OpenRequest): Promise<Opened>;
	/**
	 * To be called whenever the store has come back: raises the generation where
	 * the store has restarted, or is behind the one given. Returns it. Until then
	 * claims answer `stale_generation`. Sessions and leases stay as they are.
	 */
	adopt(generation: number): Promise<number>;
	/** Replaces the record of a session's node, for instance when it drains. */
	describe(session: SessionName, record: NodeRecord): Promise<void>;
	/** Renews the lease, and looks around: the one call that every node makes every second. */
	pulse(session: SessionName, ttlMs: number): Promise<Pulse>;
	/** Ends the own session, which must have no tasks left. A session with tasks is left to expire. */
	close(session: SessionName): Promise<"closed" | "has_tasks">;
	/** Outcomes in order. At most SUBMIT_BATCH_MAX tasks. */
	submit(tasks: readonly NewTask[]): Promise<SubmitOutcome[]>;
	claim(request: ClaimRequest): Promise<ClaimReply>;
	/** Outcomes in order. At most COMPLETE_BATCH_MAX. */
	complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }>;
	/** Outcomes in order. At most COMPLETE_BATCH_MAX. */
	giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]>;
	revoke(request: RevokeRequest): Promise<RevokeReply>;
	/** Tasks that the store believes the session runs; at most RECONCILE_MAX. */
	running(
		session: SessionName,
	): Promise<readonly { readonly id: string; readonly token: number }[]>;
	/** Forgets ended tasks: those past their time, and the oldest beyond `keptMax`. Returns how many, at most TRIM_BATCH_MAX. */
	trim(keptMax: number): Promise<number>;
	/** In order; undefined for what does not exist. */
	get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]>;
	/** Newest first. Fewer than `limit` means there are no more. */
	list(request: ListRequest): Promise<TaskRecord[]>;
	counts(): Promise<ShardCounts>;
	/** All registered nodes. Records of nodes without a lease for DEAD_NODE_KEPT_MS are left out, and forgotten by `pulse`. */
	nodes(): Promise<{ nowMs: number; nodes: RegisteredNode[] }>;
}

export interface Store {
	readonly shards: readonly Shard[];
	/** As last seen; changes are told to `onChange`. */
	readonly up: boolean;
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

// --- Gossip

/** A peer that should be there: registered in the store. */
export interface AdmittedPeer {
	readonly nodeId: string;
	/** `host:port`, or "" where it cannot be dialled. */
	readonly p2p: string;
}

export interface Gossip {
	/** Own stable PeerId. */
	readonly nodeId: string;
	/** `host:port` that others can dial, once started. "" without gossip. */
	readonly address: string;
	start(): Promise<void>;
	stop(): Promise<void>;
	/** Best effort; never waits, and never throws but for a message over its limit. */
	publish(message: GossipMessage): void;
	/** Messages from admitted peers, decoded, in no order, perhaps repeated. */
	onMessage(listener: (message: GossipMessage) => void): void;
	/** Called when gossip with an admitted peer can flow, and when its connection has closed. */
	onPeer(listener: (nodeId: string, connected: boolean) => void): void;
	/** The peers to talk to, replacing the former list: others are refused, these are dialled until connected. */
	admit(peers: readonly AdmittedPeer[]): void;
	/** Called when someone not admitted knocks: the registry may be behind. */
	onStranger(listener: (nodeId: string) => void): void;
	/** Admitted peers connected now. */
	connected(): readonly string[];
	/**
	 * What a plain connection to an admitted peer's address meets. `refused` is
	 * the word of its host that nobody listens there; `unreachable` may be the
	 * network, this node or a silent host. Never throws.
	 */
	probe(nodeId: string, timeoutMs: number): Promise<Reach>;
}
export type Reach = "answers" | "refused" | "unreachable";

// --- Executor

/** What task code is given, and what bounds it. */
export interface Job {
	readonly id: string;
	readonly type: string;
	readonly payload: JsonText;
	readonly token: number;
	readonly attempt: number;
	readonly priority: number;
	readonly createdMs: number;
	/** Run apart from other tasks: it is suspected of crashing its worker. */
	readonly alone: boolean;
}

export type JobOutcome =
	| {
			readonly kind: "success";
			readonly result: JsonText;
			readonly ranMs: number;
	  }
	| {
			readonly kind: "failure";
			readonly error: TaskError;
			readonly ranMs: number;
	  }
	/** The worker died, and this task may be the cause. */
	| { readonly kind: "crashed"; readonly message: string }
	/**
	 * The worker died or was ended on another task's account: run it again, and
	 * `alone` where it is a suspect: one of several that may have killed it.
	 */
	| { readonly kind: "displaced"; readonly suspect: boolean }
	/** It was told to stop, and did or was ended. */
	| { readonly kind: "aborted" };

export interface Executor {
	/** Task types that can be run here. */
	readonly types: ReadonlySet<string>;
	/** Starts the job at once; resolves when it is over; never rejects. */
	run(job: Job): Promise<JobOutcome>;
	/** Aborts the job's signal; ends it by force after `graceMs`. */
	abort(id: string, token: number, reason: string, graceMs: number): void;
	/** Ends all workers. Jobs still running resolve `aborted`. */
	stop(): Promise<void>;
}

// --- What the HTTP side asks of the node

export type Submitted =
	| {
			readonly ok: true;
			/** False: the same task was there already. */
			readonly created: boolean;
			readonly id: string;
			/** Set where the task was there already. */
			readonly existing?: TaskRecord;
	  }
	| { readonly ok: false; readonly problem: Problem };

export interface TaskPage {
	readonly tasks: readonly TaskRecord[];
	/** For the next page; undefined on the last. */
	readonly cursor: string | undefined;
}

export type NodeState = "up" | "suspect" | "cut-off" | "draining" | "dead";

export interface NodeView {
	readonly record: NodeRecord;
	readonly epoch: number;
	readonly state: NodeState;
	readonly running: number;
	/** Store's time left on its lease, ms; negative: run out. Undefined: no lease known. */
	readonly leaseLeftMs: number | undefined;
	/** Nodes that are connected to it, as far as this one knows. */
	readonly seenBy: readonly string[];
	readonly digest: Digest | undefined;
}

export interface ClusterView {
	readonly cluster: string;
	readonly nodeId: string;
	readonly counts: Omit<ShardCounts, "waiting">;
	readonly backlog: readonly {
		readonly route: Route;
		readonly count: number;
	}[];
	readonly store: {
		readonly up: boolean;
		readonly shards: number;
		readonly generation: number;
		readonly durability: Durability;
	};
	readonly peers: readonly string[];
}

export interface Readiness {
	readonly ready: boolean;
	/** One sentence each: what is missing. Empty when ready. */
	readonly reasons: readonly string[];
}

/**
 * Every method that needs the store throws `StoreError` where it cannot be had.
 */
export interface Api {
	/** Outcomes in order. Never throws for one item's sake. */
	submit(tasks: readonly NewTask[]): Promise<Submitted[]>;
	get(id: string): Promise<TaskRecord | undefined>;
	/** As `get`, but answers when the task has ended or the time is over. */
	wait(
		id: string,
		ms: number,
		signal: AbortSignal,
	): Promise<TaskRecord | undefined>;
	/** Newest first. A cursor that is not one of ours: undefined. */
	list(
		state: TaskState | undefined,
		limit: number,
		cursor: string | undefined,
	): Promise<TaskPage | undefined>;
	cluster(): Promise<ClusterView>;
	nodes(): Promise<NodeView[]>;
	readiness(): Readiness;
	/** A new id: 20 characters, ordered by time. */
	newId(): string;
}
