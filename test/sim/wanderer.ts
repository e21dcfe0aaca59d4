/**
 * A client that goes from node to node at random, stays with each for a time, and reads what
 * it is told there: whichever nodes are alive, and however they die. What it reads, and what
 * it makes of it, is left to those who extend this.
 */
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** The longest wait between two nodes. */
const PAUSE_MS = 100;

export abstract class Wanderer {
	#isOver = false;
	readonly #cluster: Cluster;
	readonly #random: SeededRandom;

	constructor(cluster: Cluster, random: SeededRandom) {
		this.#cluster = cluster;
		this.#random = random;
	}

	/** Lets it go to no further node. */
	end(): void {
		this.#isOver = true;
	}

	/** Reads what the node tells until `leave`: the node may be dead by then, or stand still. */
	protected abstract stay(
		node: SimulatedNode,
		leave: Promise<undefined>,
	): Promise<void>;

	/** Stays with each node for `stayMsMax` at most. */
	protected async wander(stayMsMax: number): Promise<void> {
		const { scenario } = this.#cluster;
		while (!this.#isOver) {
			const life = this.#cluster.anyLife(this.#random);
			// Those of another number of shards are of another cluster.
			if (life?.agreed && life.spec.shards === scenario.shards)
				await this.stay(life, this.#past(this.#random.below(stayMsMax)));
			await this.#past(this.#random.below(PAUSE_MS));
		}
	}

	async #past(ms: number): Promise<undefined> {
		await new Promise<void>((resolve) =>
			this.#cluster.world.clock.after(ms, resolve),
		);
		return undefined;
	}
}
