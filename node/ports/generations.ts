/**
 * Generations: what a node remembers of its shards from one life to the next.
 */
import type { Generation } from "../../protocol/token.ts";

export interface Generations {
	/** What was last kept for the shard, in any life; NO_GENERATION if nothing was. */
	recall(shard: number): Generation;
	/**
	 * Once this returns, what was kept outlives the node's process. Never throws: what
	 * cannot be kept is remembered for this life only.
	 */
	keep(shard: number, raised: Generation): void;
}
