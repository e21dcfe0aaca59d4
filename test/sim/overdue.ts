/**
 * Looks at the cluster from outside: which shard has a task that is due, or has expired,
 * and which nodes could act: those that live, reach the store and hold their leases in
 * the shard. Records how long they did not.
 */
import { RECOVERY_MS } from "../checker/waits.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import type { Cluster } from "./cluster.ts";
import type { Observer, Sight, Spell } from "./observer.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** The shortest delay that is recorded. */
const DELAY_MS_MIN = 500;

/** A node beside what is due, for as long as that stays the same. */
interface Delay {
	readonly node: string;
	readonly shard: number;
}

export class Overdue implements Observer<Delay> {
	readonly #cluster: Cluster;
	/** Each life of a node has a number of its own. */
	readonly #lives = new WeakMap<SimulatedNode, number>();
	#livesSeen = 0;

	constructor(cluster: Cluster) {
		this.#cluster = cluster;
	}

	async look(): Promise<readonly Sight<Delay>[]> {
		const { server } = this.#cluster.world;
		if (server.condition !== "up" || server.refusing !== "nothing") return [];
		const looks = server.truth.map((shard) => this.#lookAt(shard));
		return (await Promise.all(looks)).flat();
	}

	over(delay: Delay, { fromMs, untilMs }: Spell): void {
		if (untilMs - fromMs < DELAY_MS_MIN) return;
		const { recorder } = this.#cluster.world;
		recorder.add({ kind: "overdue", ...delay, fromMs, untilMs });
	}

	async #lookAt(shard: MemoryShard): Promise<Sight<Delay>[]> {
		const { server, clock } = this.#cluster.world;
		const { index, contents } = shard;
		const relievedMs = server.relievedMs.get(index) ?? -Infinity;
		if (server.troubles.has(index)) return [];
		if (clock.monoMs() < relievedMs + RECOVERY_MS) return [];
		const dueMs = contents.tasks.nextTimeMs;
		if (dueMs === undefined) return [];
		const { nowMs, nodes } = await shard.sessions.nodes();
		if (dueMs > nowMs) return [];
		const holders = new Set(
			nodes
				.filter(({ expiresMs = 0, askedToDrain }) => {
					return expiresMs > nowMs && !askedToDrain;
				})
				.map(({ record }) => record.nodeId),
		);
		return this.#cluster
			.alive()
			.filter((life) => life.canBeAsked && holders.has(life.nodeId))
			.map((life) => ({
				key: `${index} ${dueMs} ${this.#lifeOf(life)}`,
				what: { shard: index, node: life.nodeId },
			}));
	}

	#lifeOf(life: SimulatedNode): number {
		const known = this.#lives.get(life) ?? ++this.#livesSeen;
		this.#lives.set(life, known);
		return known;
	}
}
