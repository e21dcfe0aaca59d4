/**
 * What is said about the nodes: from the registry in the store; or, while that is away,
 * as it was last read, with what gossip has said since.
 */
import type { Digest } from "../../protocol/gossip.ts";
import { type Route, typeOf } from "../../protocol/route.ts";
import {
	type DeathsView,
	type Leases,
	type NodeRecord,
	type NodesView,
	type NodeView,
	type RegisteredNode,
	type ShardSessions,
	type Store,
	StoreError,
} from "../ports.ts";

/** See roster.ts. */
export interface NodesRoster {
	/** Reads the registry again. @throws StoreError */
	refresh(): Promise<void>;
	/** How long ago it was read; infinite if never. */
	readonly ageMs: number;
	views(
		own: Digest,
		suspects: (nodeId: string) => boolean,
		leases?: Leases,
	): NodeView[];
	/** The name of a node that exists, or existed. */
	nameOf(nodeId: string): string | undefined;
	/** See known-names.ts. */
	readonly names: { idsOf(name: string): string[] };
}

export interface NodesParts {
	readonly store: Pick<Store, "up">;
	readonly roster: NodesRoster;
	/** What this node says about itself: see digester.ts. */
	readonly digester: { current(): Digest };
	/** See watch.ts. */
	readonly watch: { suspects(nodeId: string): boolean };
	/** See self-report.ts. */
	readonly report: { record(): NodeRecord };
	/** The registry that all nodes read. */
	readonly registry: Pick<ShardSessions, "deaths">;
}

export async function readNodes(parts: NodesParts): Promise<NodesView> {
	const { roster, digester, watch } = parts;
	const storeAway = !(await refresh(parts));
	const own = digester.current();
	const known = roster.views(own, (id) => watch.suspects(id));
	const isOwn = ({ record }: NodeView) => record.nodeId === own.from;
	// A node that has never reached the store still knows itself.
	const all = known.some(isOwn) ? known : [ownView(own, parts), ...known];
	const nodes = storeAway ? all : known;
	return { nodes, ageMs: roster.ageMs, storeAway };
}

/** How a node's sessions were lost. `node`: its id or its name. @throws StoreError */
export async function readDeaths(
	{ roster, registry }: NodesParts,
	node: string,
): Promise<DeathsView | undefined> {
	await roster.refresh();
	// An id takes precedence over a name. Of several nodes that had the name, the one seen
	// last counts.
	const isId = roster.nameOf(node) !== undefined;
	const nodeId = isId ? node : roster.names.idsOf(node).at(-1);
	if (nodeId === undefined) return undefined;
	const { nowMs, deaths } = await registry.deaths(nodeId);
	return { nodeId, asOfMs: nowMs, deaths };
}

/** Reads the registry again; returns whether the store could be asked. */
async function refresh({ roster, store }: NodesParts): Promise<boolean> {
	if (!store.up) return false;
	try {
		await roster.refresh();
		return true;
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		return false;
	}
}

function ownView(digest: Digest, { report }: NodesParts): NodeView {
	return {
		...{ record: report.record(), epoch: digest.epoch, digest },
		...{ state: "cut-off", running: digest.running, seenBy: [] },
		leaseLeftMs: undefined,
	};
}

/**
 * How many tasks of a route's type the nodes that serve it run at once, all together;
 * undefined if one of them does not say.
 */
export function atOnce(
	route: Route,
	servers: readonly string[],
	nodes: readonly Pick<RegisteredNode, "record">[],
): number | undefined {
	const serving = new Set(servers);
	let sum = 0;
	for (const { record } of nodes) {
		if (!serving.has(record.nodeId)) continue;
		const own = record.concurrency?.[typeOf(route)];
		if (own === undefined) return undefined;
		sum += Math.min(own, record.slots);
	}
	return serving.size === 0 ? undefined : sum;
}
