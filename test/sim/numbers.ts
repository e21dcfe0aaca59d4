/**
 * Looks at the cluster from outside: which nodes are at work with different numbers of
 * shards beside each other. For how long they were is written down.
 */
import type { Cluster } from "./cluster.ts";

const LOOK_MS = 100;

interface Pair {
	readonly nodes: readonly [string, string];
	readonly fromMs: number;
	seenMs: number;
}

export class Numbers {
	readonly #pairs = new Map<string, Pair>();
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
		for (const nodes of await this.#unlike()) {
			const key = nodes.join(" ");
			const known = this.#pairs.get(key);
			if (known !== undefined) known.seenMs = nowMs;
			else this.#pairs.set(key, { nodes, fromMs: nowMs, seenMs: nowMs });
		}
		for (const [key, pair] of this.#pairs)
			if (pair.seenMs < nowMs) this.#over(key, pair);
	}

	#over(key: string, { nodes, fromMs, seenMs: untilMs }: Pair): void {
		this.#pairs.delete(key);
		if (fromMs === untilMs) return;
		const { recorder } = this.#cluster.world;
		recorder.add({ kind: "two-numbers", nodes, fromMs, untilMs });
	}

	/** Pairs of nodes at work that do not have the same number. */
	async #unlike(): Promise<(readonly [string, string])[]> {
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

	/** Who runs a task, or holds a lease in any shard. */
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
