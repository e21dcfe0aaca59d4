/**
 * Looks at the cluster from outside: which hosts are gone without a word whose leases
 * stand, although a peer could have noticed. A peer could if it gossips, as the one that
 * is gone did, is its own master, and has reached the store and held one lease there for
 * so long that it may judge others. How long that went on is written down.
 */
import {
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	SILENT_PEERS_MAX,
} from "../../protocol/limits.ts";
import type { Cluster } from "./cluster.ts";
import type { SimulatedNode } from "./simulated-node.ts";

const LOOK_MS = 100;
/** From when a node has its lease, it must have seen the store up for a lease's time. */
const SETTLED_MS = LEASE_TTL_MS + 2 * PULSE_MS_MAX;
/** Messages that are on their way for longer are taken for trouble. */
const PROMPT_MS_MAX = 10;

/** A lease of somebody who is gone, beside a peer for as long as nothing befalls that. */
interface Gone {
	readonly shard: number;
	readonly node: string;
	readonly by: string;
	readonly fromMs: number;
	seenMs: number;
}

/** A lease, and when it was renewed by the true time. */
interface HeldLease {
	readonly shard: number;
	readonly nodeId: string;
	readonly name: string;
	readonly renewedMs: number;
}

export class Missing {
	readonly #gone = new Map<string, Gone>();
	/** By lease, since when its holder could judge others, but for the time that this takes. */
	#wellSince = new Map<string, number>();
	readonly #cluster: Cluster;

	constructor(cluster: Cluster) {
		this.#cluster = cluster;
	}

	/** Looks from now on. */
	watch(): void {
		void this.#look();
		this.#cluster.world.clock.after(LOOK_MS, () => this.watch());
	}

	async #look(): Promise<void> {
		const nowMs = this.#cluster.world.clock.monoMs();
		const lives = this.#cluster.lives().filter(({ spec }) => spec.gossips);
		const gone = new Map(
			lives.flatMap((life) => {
				const { nodeId, vanishedMs } = life;
				return vanishedMs === undefined ? [] : [[nodeId, vanishedMs]];
			}),
		);
		const judges = this.#inTrouble ? [] : lives.filter(isWell);
		const well = new Map<string, number>();
		for (const leases of await this.#leases(nowMs))
			for (const own of leases) {
				if (!judges.some(({ nodeId }) => nodeId === own.nodeId)) continue;
				const sinceMs = this.#wellSince.get(own.name) ?? nowMs;
				well.set(own.name, sinceMs);
				for (const lease of leases) {
					const vanishedMs = gone.get(lease.nodeId);
					if (vanishedMs === undefined) continue;
					const fromMs = Math.max(
						...[vanishedMs, lease.renewedMs, sinceMs + SETTLED_MS],
					);
					this.#see(lease, own, fromMs, nowMs);
				}
			}
		this.#wellSince = well;
		for (const [key, each] of this.#gone)
			if (each.seenMs < nowMs) this.#over(key, each);
	}

	#see(lease: HeldLease, own: HeldLease, fromMs: number, nowMs: number): void {
		if (fromMs > nowMs) return;
		const key = `${lease.name} ${own.name}`;
		const known = this.#gone.get(key);
		if (known !== undefined) known.seenMs = nowMs;
		else
			this.#gone.set(key, {
				...{ shard: lease.shard, node: lease.nodeId, by: own.nodeId },
				...{ fromMs, seenMs: nowMs },
			});
	}

	#over(key: string, { seenMs: untilMs, ...gone }: Gone): void {
		this.#gone.delete(key);
		this.#cluster.world.recorder.add({ kind: "unmissed", ...gone, untilMs });
	}

	/** Nobody can judge anybody's silence now. */
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
