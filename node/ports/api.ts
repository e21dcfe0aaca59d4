/**
 * What the HTTP side asks of the node.
 */
import type { BulkAction } from "../../protocol/bulk.ts";
import type { Digest } from "../../protocol/gossip.ts";
import type { NodeState } from "../../protocol/node-state.ts";
import type { Problem } from "../../protocol/problem.ts";
import type { Route } from "../../protocol/route.ts";
import type { NewTask, TaskRecord } from "../../protocol/task.ts";
import type { Changes } from "../../protocol/task-change.ts";
import type { TaskQuery } from "../../protocol/task-filter.ts";
import type { Onlooker } from "../../protocol/view.ts";
import type { AccessApi, Audit } from "./access.ts";
import type { EventApi } from "./event-api.ts";
import type { LiveApi } from "./live-api.ts";
import type { MeterApi } from "./meter.ts";
import type { NodeRecord } from "./node-record.ts";
import type { Durability } from "./store.ts";
import type { Death } from "./store-sessions.ts";
import type { StatsSpan, StatsStep } from "./store-stats.ts";
import type {
	BusyRoute,
	FailureGroup,
	FailuresRequest,
	QueueDepth,
	ShardCounts,
} from "./store-tasks.ts";
import type { ChangeReply } from "./store-wishes.ts";

export interface Taken {
	readonly ok: true;
	/** False: the same task was there already. */
	readonly created: boolean;
	readonly id: string;
	/** It is not due yet. */
	readonly scheduled?: true;
	/** Set if the task was there already. */
	readonly existing?: TaskRecord;
	/** Its first attempt, if the step that stored it began that, too. */
	readonly started?: {
		readonly attempt: number;
		readonly node: string;
		readonly token: number;
	};
}

export type Submitted =
	| Taken
	| { readonly ok: false; readonly problem: Problem };

export interface CancelWish {
	/** The round that is meant; undefined: whichever it is. */
	readonly round: number | undefined;
	/** Empty: not said. */
	readonly reason: string;
	readonly force: boolean;
}

export interface Cancelled {
	/** `marked`: it runs, and ends when its holder has stopped it. */
	readonly code: "done" | "marked" | "ended";
	readonly task: TaskRecord;
}

export interface RetryWish {
	/** The round that is meant; undefined: whichever it is. */
	readonly round: number | undefined;
	/** It is due after this. */
	readonly delayMs: number;
}

export interface Retried {
	/** `same`: nothing was done, as another round is meant. */
	readonly code: "done" | "same" | "not_ended" | "succeeded";
	readonly task: TaskRecord;
}

/** Nothing was done if it does not wait, would expire before it is due (`early`), or is changed by others all the time (`other`). */
export interface Changed {
	readonly code: Exclude<ChangeReply["code"], "none">;
	/** As it stands then. */
	readonly task: TaskRecord;
}

export interface Removed {
	readonly code: "done" | "not_ended";
	/** As it was. */
	readonly task: TaskRecord;
}

export interface TaskPage {
	readonly tasks: readonly TaskRecord[];
	/** For the next page; undefined on the last. */
	readonly cursor: string | undefined;
	/** In the store's time. */
	readonly asOfMs: number;
	/** The page is short as much had to be searched: all tasks created since were looked at. */
	readonly searchedBackToMs?: number;
}

export interface ListWish {
	readonly query: TaskQuery;
	/** Without payloads and results. */
	readonly isBrief: boolean;
	readonly limit: number;
	/** Of the page before; undefined: the first. */
	readonly cursor: string | undefined;
}

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

export interface NodesView {
	readonly nodes: readonly NodeView[];
	/** How long ago the registry was read. */
	readonly ageMs: number;
	/** The store cannot be asked now. */
	readonly storeAway: boolean;
}

export interface DeathsView {
	readonly nodeId: string;
	readonly asOfMs: number;
	/** Newest first. */
	readonly deaths: readonly Death[];
}

export interface ClusterView {
	readonly cluster: string;
	readonly nodeId: string;
	readonly counts: Omit<ShardCounts, "waiting" | "routes">;
	readonly backlog: readonly {
		readonly route: Route;
		readonly count: number;
	}[];
	/** Routes that are not told there, as there are so many. */
	readonly backlogMore: number;
	readonly store: {
		readonly up: boolean;
		readonly shards: number;
		readonly generation: number;
		readonly durability: Durability;
	};
	readonly peers: readonly string[];
}

export interface QueuesView {
	readonly asOfMs: number;
	/** All routes with waiting tasks, in no order. */
	readonly queues: readonly QueueDepth[];
}

export interface Readiness {
	readonly ready: boolean;
	/** One sentence each: what is missing. Empty when ready. */
	readonly reasons: readonly string[];
}

/**
 * What a node answers its users, by subject. Every method that needs the store throws
 * `StoreError` if it cannot be had, unless it says otherwise.
 */
export interface Api {
	readonly tasks: TaskApi;
	readonly ends: EndApi;
	readonly cluster: ClusterApi;
	readonly overview: OverviewApi;
	readonly meter: MeterApi;
	readonly access: AccessApi;
	readonly audit: Audit;
	readonly events: EventApi;
	readonly live: LiveApi;
}

export interface BulkWish {
	readonly action: BulkAction;
	readonly query: TaskQuery;
	/** Nothing is done; only what would be is counted. */
	readonly isDry: boolean;
	/** Tasks; undefined: all. */
	readonly limit: number | undefined;
	/** Of the request before; undefined: it begins. */
	readonly cursor: string | undefined;
	/** Of cancels. Empty: not said. */
	readonly reason: string;
	readonly force: boolean;
	/** Retries are due at some time within this, each at another. */
	readonly spreadMs: number;
}

export interface BulkDone {
	/** Tasks that fit, and are in a state for it. */
	readonly matched: number;
	/** Of these, those to which it was done; and the others, with which something else had happened meanwhile. */
	readonly changed: number;
	readonly skipped: number;
	/** To go on with; undefined: all are through. */
	readonly cursor?: string;
}

export interface TaskApi {
	/** Outcomes in order. Trouble with the store is an outcome, too: each task has its own. */
	submit(tasks: readonly NewTask[]): Promise<Submitted[]>;
	get(id: string): Promise<TaskRecord | undefined>;
	/** Waiting tasks before a PENDING one, in the queue of its route in its shard; undefined if it waits no more. */
	ahead(task: TaskRecord): Promise<number | undefined>;
	/** The newest run of the id that is kept, under whatever id. */
	newest(id: string): Promise<TaskRecord | undefined>;
	/** Newest first. Undefined: the cursor is none of this list. */
	list(wish: ListWish): Promise<TaskPage | undefined>;
	/**
	 * Does it to all tasks that fit, for as long as a request may last or until the signal.
	 * Undefined: the cursor is none of the same filter and action.
	 */
	bulk(wish: BulkWish, signal: AbortSignal): Promise<BulkDone | undefined>;
	/** Asks a task to end. The task as it stands then; `ended`: it has, otherwise. Undefined: there is none. */
	cancel(id: string, wish: CancelWish): Promise<Cancelled | undefined>;
	/** Opens a task again that has ended without success. The task as it stands then. Undefined: there is none. */
	retry(id: string, wish: RetryWish): Promise<Retried | undefined>;
	/** Changes a task that waits, or is SCHEDULED. Undefined: there is none. */
	patch(id: string, changes: Changes): Promise<Changed | undefined>;
	/** Deletes a task that has ended. Undefined: there is none. */
	remove(id: string): Promise<Removed | undefined>;
	/** A new id: 20 characters, ordered by time. */
	newId(): string;
}

/** For those who wait for a task to end. */
export interface EndApi {
	/**
	 * The task as soon as it has ended, or as it is when the time is over or the signal
	 * fires. Undefined: there is none. `waits` is called once it was seen not to have ended.
	 */
	awaitEnd(
		id: string,
		ms: number,
		signal: AbortSignal,
		waits: () => void,
	): Promise<TaskRecord | undefined>;
}

export interface FailuresView {
	readonly asOfMs: number;
	readonly sinceMs: number;
	/** All that ended since then are in it, and some before; undefined: all since `sinceMs`. */
	readonly searchedBackToMs: number | undefined;
	/** In no order. */
	readonly groups: readonly FailureGroup[];
}

export interface StatsView {
	readonly asOfMs: number;
	/** Those in which something ended, oldest first. */
	readonly steps: readonly StatsStep[];
}

/** What is read from all shards, a step at a time. */
export interface OverviewApi {
	/** Those with waiting tasks. */
	queues(): Promise<QueuesView>;
	/** Shards in which nothing waits on a route, and some of its tasks run or are not due yet. */
	busy(): Promise<readonly BusyRoute[]>;
	failures(since: FailuresRequest["since"]): Promise<FailuresView>;
	stats(span: StatsSpan): Promise<StatsView>;
}

export interface ClusterApi extends Onlooker {
	/** Live nodes that serve the route, by id. */
	servers(route: Route): readonly string[];
	/** How many tasks of its type these run at once, if each of them says how many it does. */
	concurrency(route: Route): number | undefined;
	cluster(): Promise<ClusterView>;
	/** From the store; while that is away, as this node last read it there, and what gossip says since. */
	nodes(): Promise<NodesView>;
	/** How a node, by its id or its name, lost its sessions. Undefined: there is none, or it is forgotten. */
	deaths(node: string): Promise<DeathsView | undefined>;
	/** Asks a node, this or another, by its id or its name to drain and stop. Its id; undefined: there is no such node alive. */
	drain(node: string): Promise<string | undefined>;
	/** As far as it is known without asking. */
	readiness(): Readiness;
	/** The store is asked whether it takes tasks. @throws StoreError */
	readinessNow(): Promise<Readiness>;
	/** Of the HTTP sides of live nodes, this one among them, as they are known without asking. */
	origins(): readonly string[];
}
