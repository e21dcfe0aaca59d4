/**
 * Looks at the cluster from outside: which nodes work with different numbers of shards
 * beside each other. Records how long they did.
 */
import type { Cluster } from "./cluster.ts";
import type { Observer, Sight, Spell } from "./observer.ts";

type Pair = readonly [string, string];

export class Numbers implements Observer<Pair> {
	readonly #cluster: Cluster;

	constructor(cluster: Cluster) {
		this.#cluster = cluster;
	}

	async look(): Promise<readonly Sight<Pair>[]> {
		const pairs = await this.#unlike();
		return pairs.map((what) => ({ key: what.join(" "), what }));
	}

	over(nodes: Pair, { fromMs, untilMs }: Spell): void {
		if (fromMs === untilMs) return;
		const { recorder } = this.#cluster.world;
		recorder.add({ kind: "two-numbers", nodes, fromMs, untilMs });
	}

	/** Pairs of nodes at work that do not have the same number. */
	async #unlike(): Promise<Pair[]> {
		const alive = this.#cluster.alive();
		if (new Set(alive.map(({ spec }) => spec.shards)).size < 2) return [];
		const busy = await this.#atWork();
		const working = alive.filter(({ nodeId }) => busy.has(nodeId));
		return working.flatMap((a, i) =>
			working
				.slice(i + 1)
				.filter((b) => a.spec.shards !== b.spec.shards)
				.map((b) => [a.nodeId, b.nodeId] as const),
		);
	}

	/** The nodes that run a task, or hold a lease in any shard. */
	async #atWork(): Promise<Set<string>> {
		const { server, recorder } = this.#cluster.world;
		const busy = new Set([...recorder.running].map(({ node }) => node));
		for (const shard of server.every) {
			const { nowMs, nodes } = await shard.sessions.nodes();
			for (const { record, expiresMs = 0 } of nodes)
				if (expiresMs > nowMs) busy.add(record.nodeId);
		}
		return busy;
	}
}
