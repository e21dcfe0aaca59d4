/** A node's memory of generations that lasts as long as this object does. */
import type { Generations } from "../../node/ports.ts";
import { type Generation, NO_GENERATION } from "../../protocol/token.ts";

export class KeptInMemory implements Generations {
	readonly #shards = new Map<number, Generation>();

	recall(shard: number): Generation {
		return this.#shards.get(shard) ?? NO_GENERATION;
	}

	keep(shard: number, raised: Generation): void {
		this.#shards.set(shard, raised);
	}
}
