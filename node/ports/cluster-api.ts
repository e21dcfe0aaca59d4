/** What the HTTP side asks of the node about the cluster: its nodes, its queues, and how its work went. */
import type { Digest } from "../../protocol/gossip.ts";
import type { NodeState } from "../../protocol/node-state.ts";
import type { Route } from "../../protocol/route.ts";
import type { Onlooker } from "../../protocol/view.ts";
import type { NodeRecord } from "./node-record.ts";
import type { Durability } from "./store.ts";
import type {
	BusyRoute,
	FailureGroup,
	FailuresRequest,
	QueueDepth,
	ShardCounts,
} from "./store-overview.ts";
import type { Death } from "./store-sessions.ts";
import type { StatsSpan, StatsStep } from "./store-stats.ts";

export interface NodeView {
	readonly record: NodeRecord;
	readonly epoch: number;
	readonly state: NodeState;
	readonly running: number;
	/**
	 * What is left of its lease in the store's time, ms; negative if it has expired.
	 * Undefined if no lease is known.
	 */
	readonly leaseLeftMs: number | undefined;
	/** The nodes that are connected to it, as far as this one knows. */
	readonly seenBy: readonly string[];
	readonly digest: Digest | undefined;
}

export interface NodesView {
	readonly nodes: readonly NodeView[];
	/** How long ago the registry was read. */
	readonly ageMs: number;
	/** The store cannot be asked at present. */
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
	/** How many routes are left out of `backlog`, because there are so many. */
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
	/** All routes with waiting tasks, in no particular order. */
	readonly queues: readonly QueueDepth[];
}

export interface Readiness {
	readonly ready: boolean;
	/** One sentence for each thing that is missing. Empty if the node is ready. */
	readonly reasons: readonly string[];
}

export interface FailuresView {
	readonly asOfMs: number;
	readonly sinceMs: number;
	/**
	 * All failures since then are included, and some from before; undefined if all since
	 * `sinceMs` are.
	 */
	readonly searchedBackToMs: number | undefined;
	/** In no particular order. */
	readonly groups: readonly FailureGroup[];
}

export interface StatsView {
	readonly asOfMs: number;
	/** The steps in which something ended, oldest first. */
	readonly steps: readonly StatsStep[];
}

/** What is read from all shards, a step at a time. */
export interface OverviewApi {
	/** The queues with waiting tasks. */
	queues(): Promise<QueuesView>;
	/**
	 * The routes of each shard on which nothing waits, while some tasks run or are not due
	 * yet.
	 */
	busy(): Promise<readonly BusyRoute[]>;
	failures(since: FailuresRequest["since"]): Promise<FailuresView>;
	stats(span: StatsSpan): Promise<StatsView>;
}

export interface ClusterApi extends Onlooker {
	/** The ids of live nodes that serve the route. */
	servers(route: Route): readonly string[];
	/**
	 * How many tasks of the route's type these nodes run at once, if each of them says how
	 * many it runs.
	 */
	concurrency(route: Route): number | undefined;
	cluster(): Promise<ClusterView>;
	/**
	 * From the store. While that is away: as this node read it last, with what gossip has
	 * said since.
	 */
	nodes(): Promise<NodesView>;
	/**
	 * How a node, named by id or name, lost its sessions. Undefined if there is no such
	 * node, or none is remembered.
	 */
	deaths(node: string): Promise<DeathsView | undefined>;
	/**
	 * Asks any node, named by id or name, to drain and stop. Returns its id; undefined if
	 * no such node is alive.
	 */
	drain(node: string): Promise<string | undefined>;
	/** Whether the node is ready, as far as it knows without asking the store. */
	readiness(): Readiness;
	/** Asks the store whether it takes tasks. @throws StoreError */
	readinessNow(): Promise<Readiness>;
	/**
	 * The origins of all live nodes' HTTP sides, this one's included, as known without
	 * asking.
	 */
	origins(): readonly string[];
}
