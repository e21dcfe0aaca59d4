/**
 * ClusterAnswers: what the node answers its users about the cluster: its counts, its
 * nodes, and whether this one is ready. Owns no state. A method that needs the store
 * throws `StoreError` when it cannot be had, and the HTTP side turns that into a 503.
 */
import type { Digest } from "../../protocol/gossip.ts";
import { originOf } from "../../protocol/host.ts";
import { READY_ASK_MS } from "../../protocol/limits.ts";
import type { NodeState } from "../../protocol/node-state.ts";
import type { Route } from "../../protocol/route.ts";
import { ENDED_STATES, type TaskState } from "../../protocol/state.ts";
import {
	type Clock,
	type ClusterApi,
	type ClusterView,
	type DeathsView,
	type Gossip,
	type Leases,
	type NodeName,
	type NodeRecord,
	type NodesView,
	type NodeView,
	type Readiness,
	type RegisteredNode,
	type Shard,
	type ShardSessions,
	type Store,
	StoreError,
} from "../ports.ts";
import { sumCounts, sumStates } from "./cluster-counts.ts";
import {
	atOnce,
	type NodesRoster,
	readDeaths,
	readNodes,
} from "./registry-read.ts";

export interface ClusterAnswersParts {
	readonly cluster: string;
	readonly clock: Clock;
	readonly nodeId: string;
	readonly store: Store;
	/** The engines, in the order of their shards. */
	readonly engines: readonly {
		readonly shard: Pick<Shard, "tasks">;
		/** See submitter.ts. */
		readonly submitter: {
			/**
			 * A task was refused not long ago, because the store was full and had nothing to
			 * discard.
			 */
			readonly refusedLately: boolean;
		};
		readonly renewer: {
			readonly trusted: boolean;
			readonly generation: number;
			/** The epoch of the session last opened; 0 until one was. */
			readonly epoch: number;
		};
	}[];
	/** The name that the store has given this node. */
	readonly name: Pick<NodeName, "current">;
	readonly roster: NodeBook;
	/** What this node says about itself: see digester.ts. */
	readonly digester: { current(): Digest };
	/** See watch.ts. */
	readonly watch: {
		/** Whether this node has lost the peer, and does not know yet that it is dead. */
		suspects(nodeId: string): boolean;
	};
	readonly gossip: Pick<Gossip, "connected">;
	/** See drain-wishes.ts. */
	readonly drainWishes: { ask(node: string): Promise<string | undefined> };
	/** See access.ts. */
	readonly access: {
		/** Whether it is known who may ask what of this node. */
		readonly isKnown: boolean;
	};
	/** See self-report.ts. */
	readonly report: {
		/** Whether this node is stopping. */
		readonly draining: boolean;
		record(): NodeRecord;
	};
	/** The registry that all nodes read. */
	readonly registry: Pick<ShardSessions, "deaths">;
}

/** All registered nodes: see roster.ts. */
interface NodeBook extends NodesRoster {
	/** The other nodes; a new array whenever the registry was read. */
	readonly others: readonly Pick<RegisteredNode, "record" | "expiresMs">[];
	/** See served-routes.ts. */
	readonly served: {
		/** What the route needs and no live node has; undefined if nothing is missing. */
		missing(route: Route): string | undefined;
		/** The live nodes that serve it. */
		servers(route: Route): readonly string[];
	};
}

const SILENT = "The store does not answer.";

export class ClusterAnswers implements ClusterApi {
	readonly #parts: ClusterAnswersParts;
	/** The origins of other nodes, and the list that they were taken from. */
	#origins: readonly string[] = [];
	#originsOf: NodeBook["others"] | undefined;

	constructor(parts: ClusterAnswersParts) {
		this.#parts = parts;
	}

	async cluster(): Promise<ClusterView> {
		const { cluster, nodeId, engines, store, gossip } = this.#parts;
		const counts = await Promise.all(
			engines.map(({ shard }) => shard.tasks.counts()),
		);
		return {
			cluster,
			nodeId,
			...sumCounts(counts),
			store: {
				up: store.up,
				shards: store.shards.length,
				generation: Math.max(
					...engines.map(({ renewer }) => renewer.generation),
				),
				durability: store.durability,
			},
			peers: gossip.connected(),
		};
	}

	/** How many tasks are in each state; not on which route, as reading that for many routes takes a while. */
	async taskCounts(): Promise<Record<TaskState, number>> {
		const { engines } = this.#parts;
		return sumStates(
			await Promise.all(engines.map(({ shard }) => shard.tasks.counts(0))),
		);
	}

	nodes(): Promise<NodesView> {
		return readNodes(this.#parts);
	}

	deaths(node: string): Promise<DeathsView | undefined> {
		return readDeaths(this.#parts, node);
	}

	/** The states of all other nodes, as far as this one knows. */
	states(): NodeState[] {
		const { nodeId } = this.#parts;
		return this.known()
			.filter(({ record }) => record.nodeId !== nodeId)
			.map(({ state }) => state);
	}

	/**
	 * All nodes, as the registry was last read and as gossip has them; with these leases,
	 * if any are given.
	 */
	known(leases?: Leases): NodeView[] {
		const { roster, digester, watch } = this.#parts;
		const suspects = (id: string) => watch.suspects(id);
		return roster.views(digester.current(), suspects, leases);
	}

	drain(node: string): Promise<string | undefined> {
		return this.#parts.drainWishes.ask(node);
	}

	missing(route: Route): string | undefined {
		return this.#parts.roster.served.missing(route);
	}

	servers(route: Route): readonly string[] {
		return this.#parts.roster.served.servers(route);
	}

	concurrency(route: Route): number | undefined {
		const { roster, report } = this.#parts;
		const all = [{ record: report.record() }, ...roster.others];
		return atOnce(route, this.servers(route), all);
	}

	nameOf(nodeId: string): string | undefined {
		const { nodeId: own, name, roster } = this.#parts;
		return nodeId === own ? name.current : roster.nameOf(nodeId);
	}

	origins(): readonly string[] {
		const { roster, report } = this.#parts;
		if (this.#originsOf !== roster.others) {
			this.#originsOf = roster.others;
			const living = roster.others.filter(({ expiresMs }) => expiresMs);
			this.#origins = living.flatMap(({ record }) => originOfNode(record));
		}
		return [...new Set([...originOfNode(report.record()), ...this.#origins])];
	}

	async readinessNow(): Promise<Readiness> {
		const { store } = this.#parts;
		const known = this.readiness();
		if (!store.up || store.trouble !== undefined) return known;
		const refusal = await this.#inTime(this.#refusal());
		return refusal === undefined
			? known
			: { ready: false, reasons: [refusal, ...known.reasons] };
	}

	async #refusal(): Promise<string | undefined> {
		try {
			const full = await this.#fullness();
			return full && `The store takes no new tasks: ${full}.`;
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			const { kind } = error;
			// Other trouble does not keep the node from working well enough, or its log tells
			// about it.
			return kind === "unreachable" || kind === "unknown" ? SILENT : undefined;
		}
	}

	async #inTime(answer: Promise<string | undefined>) {
		const late = Promise.withResolvers<string>();
		const timer = this.#parts.clock.after(READY_ASK_MS, () =>
			late.resolve(SILENT),
		);
		try {
			return await Promise.race([answer, late.promise]);
		} finally {
			timer.cancel();
		}
	}

	/**
	 * Why the store takes no new tasks. If it lacks memory but has ended tasks, those may
	 * be discarded for new ones; a task that was refused shows that this does not work.
	 */
	async #fullness(): Promise<string | undefined> {
		const { store, engines } = this.#parts;
		const full = await store.refusesWrites?.();
		if (full === undefined || !full.lacksMemory) return full?.why;
		if (engines.some(({ submitter }) => submitter.refusedLately))
			return full.why;
		const states = await this.taskCounts();
		const hasEnded = ENDED_STATES.some((state) => states[state] > 0);
		return hasEnded ? undefined : full.why;
	}

	readiness(): Readiness {
		const { store, engines, report, access } = this.#parts;
		const reasons = report.draining ? ["The node is stopping."] : [];
		if (store.trouble !== undefined)
			reasons.push(`The store cannot be used: ${store.trouble}.`);
		else if (!store.up) reasons.push("The store is not reachable.");
		else if (!engines.every(({ renewer }) => renewer.epoch > 0))
			reasons.push(
				"The node has not yet agreed with the store on the cluster.",
			);
		else if (!engines.every(({ renewer }) => renewer.trusted)) {
			reasons.push("The node has not renewed its lease lately.");
		} else if (!access.isKnown)
			reasons.push("The node has not yet read the access tokens.");
		return { ready: reasons.length === 0, reasons };
	}
}

/** The origin of a node's HTTP side; undefined if its record has been damaged. */
function originOfNode({
	http,
	url = `http://${http}`,
}: Pick<NodeRecord, "http" | "url">): string[] {
	return [originOf(url)].filter((origin) => origin !== undefined);
}
