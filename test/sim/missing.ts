/**
 * Looks at the cluster from outside: which hosts are gone silently whose leases stand,
 * although a peer could have noticed. A peer could if it gossips, as the vanished node
 * did, is its own master, and has reached the store and held one lease there for so long
 * that it may judge others. The time for which that went on is recorded.
 */
import {
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	SILENT_PEERS_MAX,
} from "../../protocol/limits.ts";
import type { Cluster } from "./cluster.ts";
import type { Observer, Sight, Spell } from "./observer.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** How long a node must have had its lease: it must have seen the store up for a lease's time. */
const SETTLED_MS = LEASE_TTL_MS + 2 * PULSE_MS_MAX;
/** The time beyond which a message counts as late, which is trouble. */
const PROMPT_MS_MAX = 10;

/** A lease of a node that is gone, beside a peer, for as long as nothing befalls the peer. */
interface Gone {
	readonly shard: number;
	readonly node: string;
	readonly by: string;
}

/** A lease, and when it was renewed by the true time. */
interface HeldLease {
	readonly shard: number;
	readonly nodeId: string;
	readonly name: string;
	readonly renewedMs: number;
}

export class Missing implements Observer<Gone> {
	/** For each lease, since when its holder could judge others, not counting the time that this takes. */
	#wellSince = new Map<string, number>();
	readonly #cluster: Cluster;

	constructor(cluster: Cluster) {
		this.#cluster = cluster;
	}

	async look(nowMs: number): Promise<readonly Sight<Gone>[]> {
		const lives = this.#cluster.lives().filter(({ spec }) => spec.gossips);
		const gone = new Map(
			lives.flatMap((life) => {
				const { nodeId, vanishedMs } = life;
				return vanishedMs === undefined ? [] : [[nodeId, vanishedMs]];
			}),
		);
		const listed = await this.#listed();
		const judges = this.#inTrouble ? [] : lives.filter(isWell);
		const well = new Map<string, number>();
		const sights: Required<Sight<Gone>>[] = [];
		for (const leases of await this.#leases(nowMs))
			for (const own of leases) {
				if (!judges.some(({ nodeId }) => nodeId === own.nodeId)) continue;
				const sinceMs = this.#wellSince.get(own.name) ?? nowMs;
				well.set(own.name, sinceMs);
				for (const lease of leases) {
					const vanishedMs = gone.get(lease.nodeId);
					if (vanishedMs === undefined || !listed.has(lease.nodeId)) continue;
					const fromMs = Math.max(
						...[vanishedMs, lease.renewedMs, sinceMs + SETTLED_MS],
					);
					const { shard, nodeId: node, name, renewedMs } = lease;
					const what = { shard, node, by: own.nodeId };
					// A renewal may reach the store when its sender is gone.
					const key = `${name} ${renewedMs} ${own.name}`;
					sights.push({ key, what, fromMs });
				}
			}
		this.#wellSince = well;
		return sights.filter(({ fromMs }) => fromMs <= nowMs);
	}

	over(gone: Gone, spell: Spell): void {
		this.#cluster.world.recorder.add({ kind: "unmissed", ...gone, ...spell });
	}

	/** Whether nobody can judge anybody's silence now. */
	get #inTrouble(): boolean {
		const { scenario, world } = this.#cluster;
		const { server, hub } = world;
		return (
			scenario.nodes.length > SILENT_PEERS_MAX ||
			server.condition !== "up" ||
			server.refusing !== "nothing" ||
			hub.faults.delayMsMax > PROMPT_MS_MAX
		);
	}

	/**
	 * The nodes that all know of. One whose record was deleted is unknown to the others, and
	 * nobody can say that it is silent, until it has restored it.
	 */
	async #listed(): Promise<ReadonlySet<string>> {
		const [registry] = this.#cluster.world.server.truth;
		const { nodes } = (await registry?.sessions.nodes()) ?? { nodes: [] };
		return new Set(nodes.map(({ record }) => record.nodeId));
	}

	/** All leases that stand, by shard. */
	#leases(nowMs: number): Promise<HeldLease[][]> {
		return Promise.all(
			this.#cluster.world.server.truth.map(async (shard) => {
				const { nowMs: storeMs, nodes } = await shard.sessions.nodes();
				return nodes.flatMap(({ record: { nodeId }, epoch, expiresMs }) => {
					if (expiresMs === undefined) return [];
					const ageMs = storeMs - (expiresMs - LEASE_TTL_MS);
					const name = `${shard.index} ${nodeId} ${epoch}`;
					const renewedMs = nowMs - ageMs;
					return [{ shard: shard.index, nodeId, name, renewedMs }];
				});
			}),
		);
	}
}

function isWell(life: SimulatedNode): boolean {
	return life.machine.alive && life.canBeAsked;
}
